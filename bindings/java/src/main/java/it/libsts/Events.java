package it.libsts;

import it.libsts.types.Event;

/**
 * Takes the events, in order. After a crash, and from drivers of other processes, an event may come
 * twice with the same number; one driver delivers each once.
 */
@FunctionalInterface
public interface Events {
    /**
     * One event. The driver waits for it, and must not be called from here.
     *
     * @param event what happened
     * @throws Exception which the driver reports when everything else is done; this event and those
     *     behind it come again with the next input
     */
    void deliver(Event event) throws Exception;
}
