using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>
/// The file or folder that samples are written to. Its name says how: <c>x.png</c>, <c>x.npz</c>, or a folder, whose name
/// ends in a slash or which is there.
/// </summary>
internal sealed class SampleOutput
{
    private const string Picture = "picture";
    private const string Arrays = "arrays";
    private const string Folder = "folder";

    private SampleOutput(string path, string kind)
    {
        Path = path;
        Kind = kind;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary><c>picture</c> (one of all), <c>arrays</c> (of NumPy) or <c>folder</c> (an image each).</summary>
    public string Kind { get; }

    /// <summary>Chooses the form by the name.</summary>
    /// <param name="path">The name that the user gave.</param>
    /// <param name="plan">The sampled experiment.</param>
    /// <exception cref="UserError"> There is no such form, samples of this experiment do not have it, or there is something already.
    /// </exception>
    public static SampleOutput Of(string path, ExperimentPlan plan)
    {
        if (System.IO.Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            if (!IsImage(plan.DataShape))
                throw new UserError($"{path}: samples of shape [{string.Join(", ", plan.DataShape)}] are no images; "
                    + $"write them as arrays with --out {System.IO.Path.TrimEndingDirectorySeparator(path)}.npz.");
            var isFull = Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
            if (isFull || File.Exists(System.IO.Path.TrimEndingDirectorySeparator(path)))
                throw new UserError($"{path}: is there already; name a new folder, or an empty one.");
            return new SampleOutput(path, Folder);
        }
        Arguments.NewFile(path, "samples are written as .png (one picture), "
            + ".npz (arrays) or into a folder such as samples/ (an image each)", ".png", ".npz");
        var drawn = System.IO.Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        if (drawn && !Sampler.IsVisible(plan))
            throw new UserError($"{path}: samples of shape [{string.Join(", ", plan.DataShape)}] cannot be drawn; "
                + $"write them as arrays with --out {System.IO.Path.ChangeExtension(path, ".npz")}.");
        return new SampleOutput(path, drawn ? Picture : Arrays);
    }

    /// <summary>Writes samples.</summary>
    /// <param name="sampler">The sampler, which knows shape and labels, and draws.</param>
    /// <param name="parts">All samples, in arrays of whole ones.</param>
    /// <param name="data">Points of the data, which are drawn under samples in the plane.</param>
    public void Write(Sampler sampler, IEnumerable<float[]> parts, float[] data)
    {
        switch (Kind)
        {
            case Picture:
                AtomicFile.Write(Path, stream => stream.Write(sampler.Draw([.. parts.SelectMany(part => part)], data).Png));
                break;
            case Arrays:
                AtomicFile.Write(Path, stream => WriteArrays(stream, sampler, parts));
                break;
            default:
                WriteImages(Path, sampler, parts);
                break;
        }
    }

    private static bool IsImage(ReadOnlySpan<long> shape) => shape is [1 or 3, _, _];

    /// <summary>
    /// An archive as <c>np.savez</c> makes it, under the names that guided-diffusion's evaluator expects: <c>arr_0</c>
    /// are the samples, images as
    /// <c>uint8 [n, height, width, channels]</c>, anything else as it is in <c>float32</c>; <c>arr_1</c> are the labels,
    /// where there are some.
    /// </summary>
    private static void WriteArrays(Stream stream, Sampler sampler, IEnumerable<float[]> parts)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using (var entry = Entry("arr_0.npy"))
            if (IsImage(sampler.Shape.AsSpan(1)) && sampler.Shape is [var count, var channels, var height, var width])
            {
                NumpyFile.WriteHeader(entry, "|u1", count, height, width, channels);
                foreach (var image in Images(parts, channels * height * width))
                    entry.Write(Pixels(image.Span, (int)channels));
            }
            else
            {
                NumpyFile.WriteHeader(entry, "<f4", sampler.Shape);
                foreach (var part in parts)
                    entry.Write(MemoryMarshal.AsBytes<float>(part));
            }
        if (sampler.Labels is not { Count: > 0 } labels)
            return;
        using var last = Entry("arr_1.npy");
        NumpyFile.WriteHeader(last, "<i8", labels.Count);
        last.Write(MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()));

        Stream Entry(string name)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same samples make the same file
            return entry.Open();
        }
    }

    /// <summary>
    /// An image each, <c>000000.png</c> and so on; their labels, where there are some, stand in <c>dataset.json</c> as in EDM's data sets.
    /// </summary>
    private static void WriteImages(string folder, Sampler sampler, IEnumerable<float[]> parts)
    {
        Directory.CreateDirectory(folder);
        var (channels, height, width) = ((int)sampler.Shape[1], (int)sampler.Shape[2], (int)sampler.Shape[3]);
        foreach (var (number, image) in Images(parts, channels * height * width).Index())
        {
            var picture = EncodedImage.Of(width, height, channels, Pixels(image.Span, channels));
            File.WriteAllBytes(System.IO.Path.Combine(folder, Name(number)), picture.Png);
        }
        if (sampler.Labels is { Count: > 0 } labels)
        {
            var list = new JsonObject
            {
                ["labels"] = new JsonArray([.. labels.Select((label, number) => new JsonArray(Name(number), label))]),
            };
            var file = System.IO.Path.Combine(folder, PictureSet.LabelFile);
            AtomicFile.Write(file, stream => stream.Write(JsonText.Bytes(list, indented: false)));
        }

        static string Name(int number) => $"{number:D6}.png";
    }

    private static IEnumerable<ReadOnlyMemory<float>> Images(IEnumerable<float[]> parts, long size)
    {
        foreach (var part in parts)
            for (var i = 0; i < part.Length; i += (int)size)
                yield return part.AsMemory(i, (int)size);
    }

    /// <summary>Bytes <c>[height, width, channels]</c> of values <c>[channels, height, width]</c>.</summary>
    private static byte[] Pixels(ReadOnlySpan<float> image, int channels)
    {
        var (pixels, size) = (new byte[image.Length], image.Length / channels);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = EncodedImage.Level(image[i % channels * size + i / channels]);
        return pixels;
    }
}
