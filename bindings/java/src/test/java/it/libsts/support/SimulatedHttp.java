package it.libsts.support;

import it.libsts.Http;
import it.libsts.Request;
import it.libsts.Response;
import it.libsts.Tls;
import it.libsts.UrlConnectionHttp;
import java.util.List;
import java.util.Map;

/** Real HTTP at a virtual time, and a network that can be down. */
public final class SimulatedHttp implements Http {
    /** What a hanging request really takes, in milliseconds. */
    private static final int SHORT = 300;

    private final Http http = new UrlConnectionHttp(Tls.test());
    private final Simulator simulator;
    private final VirtualClock clock;
    private long told;
    private boolean down;

    /** Both show the same time now. */
    public SimulatedHttp(Simulator simulator, VirtualClock clock) {
        this.simulator = simulator;
        this.clock = clock;
        told = clock.now();
    }

    /** Whether requests certainly do not leave. */
    public void setDown(boolean down) {
        this.down = down;
    }

    @Override
    public Response perform(Request request) throws Exception {
        if (down) {
            return Response.notSent();
        }
        tellTime();
        int limit = hangs() ? SHORT : request.timeoutMs();
        long began = System.nanoTime();
        Response end =
                http.perform(
                        new Request(
                                request.id(), request.label(), request.method(), request.url(),
                                request.headers(), request.body(), limit, request.notAfter()));
        boolean whole = (System.nanoTime() - began) / 1_000_000 >= limit;
        // What really took a moment takes as long as it says.
        clock.advance(end.isAnswered() ? 200 : whole ? request.timeoutMs() : 0);
        return end;
    }

    /** Moves the simulator's clock to where ours is. */
    public void tellTime() {
        long ahead = clock.now() - told;
        if (ahead > 0) {
            simulator.control("POST", "/clock", Map.of("advance_ms", ahead));
            told += ahead;
        }
    }

    private boolean hangs() {
        for (Object rule : (List<?>) simulator.control("GET", "/faults", null)) {
            Map<?, ?> fault = (Map<?, ?>) ((Map<?, ?>) rule).get("fault");
            if ("hang".equals(fault.get("kind"))) {
                return true;
            }
        }
        return false;
    }
}
