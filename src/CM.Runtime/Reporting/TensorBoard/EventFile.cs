using System.Buffers.Binary;

namespace CM.Runtime;

/// <summary>
/// A file that TensorBoard reads: a sequence of TensorFlow's records, each an <c>Event</c> (tensorflow/core/util/event.proto) with a <c>Summary</c> of
/// scalars, pictures or histograms (tensorflow/core/framework/summary.proto).
/// </summary>
internal sealed class EventFile : IDisposable
{
    private static int files;

    private readonly FileStream file;

    /// <summary>Begins a file in a folder; TensorBoard reads all that are there, one after the other.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="resumedAfter">Steps that are done; what earlier files say of later ones is void. 0 for a new run.</param>
    public EventFile(string folder, int resumedAfter)
    {
        var now = DateTimeOffset.UtcNow;
        Path = System.IO.Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeMilliseconds()}.{Environment.ProcessId}.{Interlocked.Increment(ref files)}");
        file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Write(Event(0).Add(EventField.FileVersion, "brain.Event:2"));
        if (resumedAfter > 0)
            Write(Event(resumedAfter + 1).Add(EventField.SessionLog, new ProtobufMessage().Add(1, SessionStart)));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Adds scalars.</summary>
    public void AddScalars(long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = new ProtobufMessage();
        foreach (var (tag, value) in scalars)
            summary.Add(1, new ProtobufMessage().Add(ValueField.Tag, tag).Add(ValueField.Scalar, (float)value));
        Write(Event(step).Add(EventField.Summary, summary));
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="step">After how many steps.</param>
    /// <param name="tag">What it is called.</param>
    /// <param name="picture">The picture.</param>
    public void AddPicture(long step, string tag, Raster picture)
    {
        using var png = new MemoryStream();
        Png.Write(png, picture);
        var image = new ProtobufMessage().Add(1, (long)picture.Height).Add(2, (long)picture.Width).Add(3, (long)picture.Channels).Add(4, png.ToArray());
        Add(step, new ProtobufMessage().Add(ValueField.Tag, tag).Add(ValueField.Image, image));
    }

    /// <summary>Adds a histogram.</summary>
    /// <param name="step">After how many steps.</param>
    /// <param name="tag">What it is called.</param>
    /// <param name="edges">Rising; one more than there are counts.</param>
    /// <param name="counts">How many lie between two edges.</param>
    public void AddHistogram(long step, string tag, IReadOnlyList<double> edges, IReadOnlyList<double> counts)
    {
        // TensorFlow's first bucket goes up to its limit, from the smallest number; with an empty one in front each bucket has its lower edge, too.
        double[] padded = [0, .. counts];
        var middles = counts.Select((_, i) => (edges[i] + edges[i + 1]) / 2).ToList();
        var histogram = new ProtobufMessage()
            .Add(1, edges[0])
            .Add(2, edges[^1])
            .Add(3, counts.Sum())
            .Add(4, counts.Zip(middles, (count, middle) => count * middle).Sum())
            .Add(5, counts.Zip(middles, (count, middle) => count * middle * middle).Sum())
            .AddPacked(6, [.. edges])
            .AddPacked(7, padded);
        Add(step, new ProtobufMessage().Add(ValueField.Tag, tag).Add(ValueField.Histogram, histogram));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private const long SessionStart = 1;

    private static ProtobufMessage Event(long step) =>
        new ProtobufMessage().Add(EventField.WallTime, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3).Add(EventField.Step, step);

    private void Add(long step, ProtobufMessage value) => Write(Event(step).Add(EventField.Summary, new ProtobufMessage().Add(1, value)));

    /// <summary>A record: length, its checksum, content, its checksum; in one write, so that readers never see half of one for long.</summary>
    private void Write(ProtobufMessage message)
    {
        var content = message.ToBytes();
        var record = new byte[16 + content.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32C.MaskedOf(record.AsSpan(0, 8)));
        content.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + content.Length), Crc32C.MaskedOf(content));
        file.Write(record);
    }

    private static class EventField
    {
        public const int WallTime = 1;
        public const int Step = 2;
        public const int FileVersion = 3;
        public const int Summary = 5;
        public const int SessionLog = 7;
    }

    private static class ValueField
    {
        public const int Tag = 1;
        public const int Scalar = 2;
        public const int Image = 4;
        public const int Histogram = 5;
    }
}
