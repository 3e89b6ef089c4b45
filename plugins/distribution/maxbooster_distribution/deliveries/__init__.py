"""From a checked release to stores that have it: packages, journeys, answers."""
