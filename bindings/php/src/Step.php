<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;

/** What is to be done next: either read, and repeat the input, or act. Exactly one is there. */
final class Step
{
    private function __construct(
        public readonly ?Needs $needs,
        public readonly ?Actions $actions,
    ) {
    }

    /** @internal */
    public static function from(Reply $reply): self
    {
        $json = Json::decode($reply->json);
        return isset($json['read'])
            ? new self(Needs::from($json['read']), null)
            : new self(null, Actions::from($json['act'], $reply->bodies));
    }
}
