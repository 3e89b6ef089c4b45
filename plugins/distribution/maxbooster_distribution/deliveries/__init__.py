"""From a checked release to outlets that have it: packages, journeys, answers."""
