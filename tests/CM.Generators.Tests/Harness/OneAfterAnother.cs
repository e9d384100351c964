// Generated code draws from libtorch's one generator, so tests that run it take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
