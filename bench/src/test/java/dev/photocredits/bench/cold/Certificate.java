package dev.photocredits.bench.cold;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A self-signed certificate for 127.0.0.1, and a trust store with it and all authorities that the
 * JDK trusts, because reading these is part of a first call over TLS.
 *
 * @param trustStore the trust store, in the format of Lambda's (JKS)
 */
record Certificate(SSLContext server, Path trustStore) {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String ALIAS = "bench";

  /** Creates both in the folder. */
  static Certificate in(Path folder) throws Exception {
    var file = folder.resolve("server.p12");
    make(file);
    var own = KeyStore.getInstance(file.toFile(), PASSWORD);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    var tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    return new Certificate(tls, trustStore(own, folder.resolve("cacerts")));
  }

  private static void make(Path file) throws IOException, InterruptedException {
    var keytool =
        new ProcessBuilder(
                javaHome("bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-alias",
                ALIAS,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "2",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost")
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool did not create a certificate");
    }
  }

  private static Path trustStore(KeyStore own, Path file)
      throws IOException, GeneralSecurityException {
    var known = KeyStore.getInstance(javaHome("lib", "security", "cacerts").toFile(), PASSWORD);
    var trusted = KeyStore.getInstance("JKS");
    trusted.load(null, null);
    for (var alias : Collections.list(known.aliases())) {
      trusted.setCertificateEntry(alias, known.getCertificate(alias));
    }
    trusted.setCertificateEntry(ALIAS, own.getCertificate(ALIAS));
    try (var out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD);
    }
    return file;
  }

  private static Path javaHome(String... path) {
    return Path.of(System.getProperty("java.home"), path);
  }
}
