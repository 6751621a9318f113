package it.libsts;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom a transport trusts, and who it is to a server that asks. Certificate and name of the server
 * are verified in every case, whatever the rest of the program has set as defaults of the JVM.
 */
public final class Tls {
    private final TrustManager[] trust;
    private final KeyManager[] identity;
    private final boolean plain;

    private Tls(TrustManager[] trust, KeyManager[] identity, boolean plain) {
        this.trust = trust;
        this.identity = identity;
        this.plain = plain;
    }

    /**
     * For every environment: trusts the authorities that this Java trusts. Requests to {@code http}
     * addresses are not sent.
     *
     * @return the settings
     */
    public static Tls standard() {
        return new Tls(trust(null), null, false);
    }

    /**
     * For ambiente {@code test} alone, which a driver sees to: as {@link #standard}, and {@code http}
     * addresses too, as a simulator on this machine has them.
     *
     * @return the settings
     */
    public static Tls test() {
        return new Tls(trust(null), null, true);
    }

    /**
     * For ambiente {@code test} alone: as {@link #test()}, and trusts no authority but these, those of
     * a simulator.
     *
     * @param pem certificates of authorities
     * @return the settings
     * @throws StsException {@code CERTIFICATE}, when there is none in it that can be read
     */
    public static Tls test(byte[] pem) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem));
            for (Certificate certificate : found) {
                store.setCertificateEntry("authority " + store.size(), certificate);
            }
            if (store.size() == 0) {
                throw new GeneralSecurityException("no certificate in it");
            }
            return new Tls(trust(store), null, true);
        } catch (GeneralSecurityException | IOException e) {
            String message = "the authorities hold no PEM certificate that can be read";
            throw new StsException("CERTIFICATE", null, message, e);
        }
    }

    /**
     * Shows this certificate to servers that ask for one, as bodies need it that enter under {@code
     * /enti}.
     *
     * <p>Under TLS 1.3 a server refuses a certificate, or the lack of one, only after the client may
     * write: a request refused so is {@link Response#unknown}, although no server acts on it.
     *
     * @param store certificate chain and private key, such as a PKCS #12 file
     * @param password of the key
     * @return other settings, with it
     * @throws StsException {@code CERTIFICATE}, when the key cannot be used
     */
    public Tls withIdentity(KeyStore store, char[] password) {
        try {
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return new Tls(trust, factory.getKeyManagers(), plain);
        } catch (GeneralSecurityException e) {
            String message = "the client's key cannot be used: " + e.getMessage();
            throw new StsException("CERTIFICATE", null, message, e);
        }
    }

    /** Whether they are for ambiente {@code test} alone. */
    boolean isForTest() {
        return plain;
    }

    /** Whether requests to this address may be made at all. */
    boolean allows(String url) {
        return url.startsWith("https://") || plain && url.startsWith("http://");
    }

    /** A context of its own, so that no session or connection of another request is used. */
    SSLContext context() throws GeneralSecurityException {
        return context(trust);
    }

    TrustManager[] trust() {
        return trust.clone();
    }

    SSLContext context(TrustManager[] trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(identity, trust, null);
        return context;
    }

    private static TrustManager[] trust(KeyStore store) {
        try {
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            String message = "this Java has no authorities to trust: " + e.getMessage();
            throw new StsException("CERTIFICATE", null, message, e);
        }
    }
}
