"""Other people's files become the canonical tables: sniff, decode, map, cast, quarantine, reconcile."""
