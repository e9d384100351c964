using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;
using TorchSharp.Utils;

namespace CM.Runtime;

/// <summary>A file of events that TensorBoard reads: a sequence of TFRecords, each an <see cref="Event"/>.</summary>
internal sealed class EventFile : IDisposable
{
    private static int files;

    private readonly FileStream file;

    /// <summary>Begins a file in a folder; TensorBoard reads all that are there, one after the other.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="resumedAfter">Steps that are done; what earlier files say of later ones is void. 0 for a new run.</param>
    public EventFile(string folder, int resumedAfter)
    {
        var now = DateTimeOffset.UtcNow;
        var name = $"events.out.tfevents.{now.ToUnixTimeMilliseconds()}.{Environment.ProcessId}.{Interlocked.Increment(ref files)}";
        Path = System.IO.Path.Combine(folder, name);
        file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Write(new Event { FileVersion = "brain.Event:2" });
        if (resumedAfter > 0)
            Write(new Event { Step = resumedAfter + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Adds scalars.</summary>
    public void AddScalars(long step, IEnumerable<(string Tag, double Value)> scalars) =>
        Add(step, scalars.Select(scalar => new Summary.Types.Value { Tag = scalar.Tag, SimpleValue = (float)scalar.Value }));

    /// <summary>Adds an image.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="tag">The name in TensorBoard.</param>
    /// <param name="picture">The image.</param>
    public void AddPicture(long step, string tag, EncodedImage picture)
    {
        var image = new Summary.Types.Image
        {
            Height = picture.Height,
            Width = picture.Width,
            Colorspace = picture.Channels,
            EncodedImageString = UnsafeByteOperations.UnsafeWrap(picture.Png),
        };
        Add(step, [new Summary.Types.Value { Tag = tag, Image = image }]);
    }

    /// <summary>Adds a histogram.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="tag">The name in TensorBoard.</param>
    /// <param name="edges">Edges of the buckets, rising; one more than there are counts.</param>
    /// <param name="counts">Number of values in each bucket.</param>
    public void AddHistogram(long step, string tag, IReadOnlyList<double> edges, IReadOnlyList<double> counts)
    {
        var middles = counts.Select((_, i) => (edges[i] + edges[i + 1]) / 2).ToList();
        var histogram = new HistogramProto
        {
            Min = edges[0],
            Max = edges[^1],
            Num = counts.Sum(),
            Sum = counts.Zip(middles, (count, middle) => count * middle).Sum(),
            SumSquares = counts.Zip(middles, (count, middle) => count * middle * middle).Sum(),
        };
        // TensorFlow's first bucket goes up to its limit, from the smallest number; with an empty one in front each
        // bucket has its lower edge, too.
        histogram.BucketLimit.Add(edges);
        histogram.Bucket.Add([0, .. counts]);
        Add(step, [new Summary.Types.Value { Tag = tag, Histo = histogram }]);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private void Add(long step, IEnumerable<Summary.Types.Value> values)
    {
        var summary = new Summary();
        summary.Value.Add(values);
        Write(new Event { Step = step, Summary = summary });
    }

    /// <summary>
    /// A record: length, its checksum, content, its checksum; in one write, so that readers never see half of one for long.
    /// </summary>
    private void Write(Event entry)
    {
        entry.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3;
        var content = entry.ToByteArray();
        var record = new byte[16 + content.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(CRC32C.process(record[..8])));
        content.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + content.Length), Masked(CRC32C.process(content)));
        file.Write(record);
    }

    /// <summary>
    /// A checksum as TensorFlow stores it: turned and shifted, so that one over bytes that hold checksums is no trivial one.
    /// </summary>
    private static uint Masked(uint checksum) => BitOperations.RotateRight(checksum, 15) + 0xA282EAD8;
}
