package it.libsts.support;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A server on loopback that does with a request what a test says, and remembers each it read. */
public final class Server implements AutoCloseable {
    /** What becomes of a connection that a request was read from; it is closed afterwards. */
    public interface Reaction {
        /** Writes an answer, or does not. */
        void to(Socket connection) throws Exception;
    }

    /** The requests that arrived whole, head and body. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    private final ServerSocket listener;
    private final Reaction reaction;
    private final String scheme;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** Plain, with this reaction to every request. */
    public Server(Reaction reaction) throws IOException {
        this(reaction, ServerSocketFactory.getDefault(), "http");
    }

    /** With TLS. */
    public static Server secure(SSLContext context, boolean demandsIdentity, Reaction reaction)
            throws IOException {
        Server server = new Server(reaction, context.getServerSocketFactory(), "https");
        ((SSLServerSocket) server.listener).setNeedClientAuth(demandsIdentity);
        return server;
    }

    private Server(Reaction reaction, ServerSocketFactory sockets, String scheme) throws IOException {
        listener = sockets.createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        this.reaction = reaction;
        this.scheme = scheme;
        Thread thread = new Thread(this::accept, "server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Its address, under this name of the machine. */
    public String url(String host) {
        return scheme + "://" + host + ":" + listener.getLocalPort() + "/service?x=1";
    }

    /** An answer with this status and body, after which the connection stays open for more. */
    public static Reaction answer(int status, String body, String... headers) {
        return connection -> {
            OutputStream out = connection.getOutputStream();
            String lines = String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList());
            String head = "HTTP/1.1 " + status + " Whatever\r\nContent-Length: " + body.length() + "\r\n";
            out.write((head + lines + "\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        };
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = listener.accept();
                open.add(connection);
                Thread thread = new Thread(() -> serve(connection), "connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (String request = read(in); request != null; request = read(in)) {
                requests.add(request);
                reaction.to(connection);
            }
        } catch (Exception e) {
            // Whatever a client does to it.
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        int length = 0;
        for (String line : head.toString().split("\r\n")) {
            if (line.toLowerCase().startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new SocketException("the request broke off");
        }
        return head + new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
