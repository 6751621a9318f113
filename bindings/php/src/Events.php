<?php

declare(strict_types=1);

namespace Sts;

use Sts\Types\Event;

/** Takes the events. */
interface Events
{
    /**
     * One event, in order. After a crash, and from other processes, an event may come twice with
     * the same `number`. When this throws, the event and those after it come again.
     */
    public function deliver(Event $event): void;
}
