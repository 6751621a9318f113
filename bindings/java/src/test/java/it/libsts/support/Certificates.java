package it.libsts.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key and a certificate that signs itself, made by keytool. */
public final class Certificates {
    /** Of the key and its store. */
    public static final char[] PASSWORD = "password".toCharArray();

    private final KeyStore store;

    /** For a server or client of this name, such as `ip:127.0.0.1` or `dns:elsewhere.example`. */
    public Certificates(Path folder, String name) throws Exception {
        Path file = Files.createTempFile(folder, "key", ".p12");
        Files.delete(file);
        List<String> command =
                List.of(
                        System.getProperty("java.home") + "/bin/keytool",
                        "-genkeypair", "-alias", "key", "-keyalg", "EC", "-dname", "CN=test",
                        "-ext", "san=" + name, "-storetype", "PKCS12", "-keystore", file.toString(),
                        "-storepass:env", "PASSWORD");
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().putAll(Map.of("PASSWORD", new String(PASSWORD)));
        Process keytool = process.start();
        String said = new String(keytool.getInputStream().readAllBytes());
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
    }

    /** Certificate and key. */
    public KeyStore store() {
        return store;
    }

    /** The certificate, PEM. */
    public byte[] pem() throws GeneralSecurityException {
        Certificate certificate = store.getCertificate("key");
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n").getBytes();
    }

    /** A server with this certificate, which trusts clients with that one. */
    public SSLContext server(Certificates client) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", client.store.getCertificate("key"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
