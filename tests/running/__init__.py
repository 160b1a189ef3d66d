"""From a contest to published outputs: runs, batches, watches, clusters."""
