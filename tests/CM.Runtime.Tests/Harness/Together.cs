namespace CM.Runtime.Tests;

/// <summary>The processes of a training as threads of this one.</summary>
internal sealed class Together(int rank, Together.Place place) : IProcessGroup
{
    public int Rank => rank;

    public int Size => place.Size;

    /// <summary>How often the processes have met.</summary>
    public int Meetings { get; private set; }

    /// <summary>Runs one thread for each process.</summary>
    public static void Run(int size, Action<Together> process)
    {
        using var place = new Place(size);
        var threads = Enumerable.Range(0, size)
            .Select(rank => Task.Factory.StartNew(() => process(new Together(rank, place)), TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(threads);
    }

    public void Sum(Tensor tensor)
    {
        using var parts = Gather(tensor.unsqueeze(0));
        using var sum = parts.sum([0L]);
        tensor.copy_(sum);
    }

    public Tensor Gather(Tensor tensor)
    {
        Meetings++;
        place.Parts[rank] = tensor;
        place.Meet();
        var all = torch.cat(place.Parts);
        place.Meet();
        return all;
    }

    public void Dispose()
    {
    }

    /// <summary>Where they meet.</summary>
    public sealed class Place(int size) : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

        private readonly Barrier barrier = new(size);

        public int Size => size;

        public Tensor[] Parts { get; } = new Tensor[size];

        public void Meet() => barrier.SignalAndWait(Patience).ShouldBeTrue("another process did not come");

        public void Dispose() => barrier.Dispose();
    }
}
