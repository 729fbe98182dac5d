package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Optional;

/** HTTP/1.1 on a socket, as either side of it. */
final class HttpConnection implements Closeable {

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int limit;

    HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
    }

    /** Waits for a message; none if the other side has ended the connection. */
    Optional<HttpMessage> read() throws IOException {
        var head = new StringBuilder();
        if (!readLine(head)) {
            return Optional.empty();
        }
        int end;
        do {
            end = head.length();
            if (!readLine(head)) {
                throw new EOFException("Connection ended within a head");
            }
        } while (head.length() > end + 2);
        var message = new HttpMessage(head.substring(0, end), "");
        if (message.hasHeader("Expect", "100-continue")) {
            socket.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            message = message.without("Expect");
        }
        if (message.hasHeader("Transfer-Encoding", "chunked")) {
            return Optional.of(message.without("Transfer-Encoding").withBody(readChunks()));
        }
        int length = message.header("Content-Length").map(Integer::parseInt).orElse(0);
        return Optional.of(new HttpMessage(message.head(), readText(length)));
    }

    void write(HttpMessage message) throws IOException {
        String text = message.head() + "\r\n" + message.body();
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Ends the connection in a way that the other side sees as {@code Connection reset}. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String readChunks() throws IOException {
        var body = new StringBuilder();
        while (true) {
            var line = new StringBuilder();
            readLine(line);
            int size = Integer.parseInt(line.toString().split("[;\r]", 2)[0].trim(), 16);
            body.append(readText(size));
            readLine(new StringBuilder());
            if (size == 0) {
                return body.toString();
            }
        }
    }

    /** Appends a line with its end; answers whether there was one. */
    private boolean readLine(StringBuilder line) throws IOException {
        int start = line.length();
        while (position < limit || fill()) {
            char c = (char) (buffer[position++] & 0xff);
            line.append(c);
            if (c == '\n') {
                return true;
            }
        }
        if (line.length() > start) {
            throw new EOFException("Connection ended within a line");
        }
        return false;
    }

    private String readText(int length) throws IOException {
        byte[] target = new byte[length];
        int done = Math.min(target.length, limit - position);
        System.arraycopy(buffer, position, target, 0, done);
        position += done;
        if (in.readNBytes(target, done, target.length - done) < target.length - done) {
            throw new EOFException("Connection ended within a body");
        }
        return new String(target, ISO_8859_1);
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }
}
