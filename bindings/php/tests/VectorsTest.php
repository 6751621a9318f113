<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Sts;
use Sts\Tests\Support\Part;
use Sts\Tests\Support\Target;

/** Every case of `fixtures/vectors`, asked through the door of this package. */
final class VectorsTest extends TestCase
{
    /** @dataProvider cases */
    public function testAQuestionHasItsAnswer(string $ask, object $question, mixed $expect): void
    {
        $answer = json_decode(Sts::door()->call($ask, json_encode($question)));
        self::assertNull(Part::difference($expect, $answer));
    }

    /** @return iterable<string, array{string, object, mixed}> */
    public static function cases(): iterable
    {
        foreach (glob(Target::workspace('fixtures/vectors/*.json')) as $path) {
            foreach (json_decode(file_get_contents($path))->cases as $case) {
                yield basename($path, '.json') . " $case->id" => [$case->ask, $case->question, $case->expect];
            }
        }
    }
}
