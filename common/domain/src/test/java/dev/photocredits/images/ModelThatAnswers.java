package dev.photocredits.images;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A fake model that gives one answer per call, and repeats the last one. */
public final class ModelThatAnswers implements ImageModel {
  private final List<ModelAnswer> answers;
  private final AtomicInteger calls = new AtomicInteger();

  public ModelThatAnswers(ModelAnswer... answers) {
    this.answers = List.of(answers);
  }

  @Override
  public ModelAnswer generate(PictureRequest request, Instant deadline) {
    return answers.get(Math.min(calls.getAndIncrement(), answers.size() - 1));
  }
}
