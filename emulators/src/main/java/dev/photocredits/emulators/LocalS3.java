package dev.photocredits.emulators;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.gaul.s3proxy.CrossOriginResourceSharing;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * An S3 server, running in this process and listening on 127.0.0.1 only.
 *
 * <p>It checks signatures and their expiry as S3 does, so a presigned URL that works here is signed
 * correctly. Buckets are addressed by path.
 */
public final class LocalS3 implements AutoCloseable {
  private final AwsAccount account;
  private final S3Proxy server;
  private final Observed store;

  private LocalS3(BlobStore store, AwsAccount account) {
    this.account = account;
    this.store = new Observed(store);
    server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .blobStore(this.store)
            .awsAuthentication(
                AuthenticationType.AWS_V2_OR_V4, account.accessKey(), account.secretKey())
            .corsRules(
                new CrossOriginResourceSharing(
                    List.of("*"), List.of("GET", "HEAD", "PUT"), List.of("*"), List.of("*"), ""))
            .stopTimeout(0)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("cannot start the S3 server", e);
    }
  }

  /** Starts an empty S3 server whose data is lost when it is closed. */
  public static LocalS3 inMemory() {
    return new LocalS3(new TransientNio2BlobStore(), AwsAccount.LOCAL);
  }

  /**
   * Starts an S3 server that keeps its objects in the folder. Creates the folder if it is missing.
   */
  public static LocalS3 at(Path folder) {
    return at(folder, AwsAccount.LOCAL);
  }

  /** Like {@link #at(Path)}, but accepts requests of the given account only. */
  public static LocalS3 at(Path folder, AwsAccount account) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
    return new LocalS3(new FilesystemNio2BlobStore(folder.toString()), account);
  }

  /** The URL that the server listens on. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** Creates a client for this server. The caller closes it. */
  public S3Client client() {
    return account.s3(endpoint());
  }

  /** Creates the bucket. Does nothing if it exists. */
  public void createBucket(String name) {
    try (var client = client()) {
      Buckets.create(client, name);
    }
  }

  /** Calls the observer with {@code PutObject} or {@code GetObject} for each later request. */
  public void onRequest(Consumer<String> observer) {
    store.observers.add(observer);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the S3 server", e);
    }
  }

  private static final class Observed extends ForwardingBlobStore {
    final List<Consumer<String>> observers = new CopyOnWriteArrayList<>();

    Observed(BlobStore store) {
      super(store);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
      observers.forEach(observer -> observer.accept("PutObject"));
      return super.putBlob(request, content);
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
      observers.forEach(observer -> observer.accept("GetObject"));
      return super.getBlob(request);
    }
  }
}
