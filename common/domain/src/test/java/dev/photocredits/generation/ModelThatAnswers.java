package dev.photocredits.generation;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives these answers, one to each call; the last one to all that follow. */
final class ModelThatAnswers implements ImageModel {
  private final List<ModelAnswer> answers;
  private final AtomicInteger calls = new AtomicInteger();

  ModelThatAnswers(ModelAnswer... answers) {
    this.answers = List.of(answers);
  }

  @Override
  public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
    return answers.get(Math.min(calls.getAndIncrement(), answers.size() - 1));
  }
}
