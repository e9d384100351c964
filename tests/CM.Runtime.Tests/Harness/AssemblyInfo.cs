// libtorch has one generator of random numbers, and a process one current folder and one environment.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
