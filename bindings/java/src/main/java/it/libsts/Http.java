package it.libsts;

/**
 * Performs requests.
 *
 * <p>The three ends must be told apart, because they decide whether a document may be sent again:
 * {@link Response#answered answered} with any status, {@link Response#notSent not sent} only when it
 * is certain that no byte of the request left, {@link Response#unknown unknown} in every doubt. An
 * implementation neither repeats a request nor follows a redirect, verifies the server's
 * certificate, keeps the time limit and bounds the answer, and logs no header: they carry
 * credentials.
 */
@FunctionalInterface
public interface Http {
    /**
     * Performs a request once.
     *
     * @param request the request
     * @return how it ended
     * @throws Exception which counts as an unknown end
     */
    Response perform(Request request) throws Exception;
}
