<?php

declare(strict_types=1);

namespace Sts;

/** What a run of a {@see CronWorker} came to. */
final class CronReport
{
    /** Commands that have their answer. */
    public int $done = 0;

    /** Commands that have an error for the user to see. */
    public int $failed = 0;

    /** Commands that will be tried again. */
    public int $postponed = 0;

    /** Practices that were looked after. */
    public int $practices = 0;

    /** @var array<string, StsException> what stood in the way, by practice: the last of each */
    public array $troubles = [];
}
