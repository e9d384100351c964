using System.Buffers.Binary;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;

namespace CM.Runtime.Tests;

/// <summary>
/// Changed files go through every reader: each is refused with one clear line or read, and none takes more memory than
/// its size explains. A longer run:
/// <c>DSLCM_FUZZ=1000000 ./cm test Fuzz</c>; another one: <c>DSLCM_FUZZ_SEED=2</c>.
/// </summary>
public sealed class FuzzTests : IDisposable
{
    private const int Files = 20_000;
    private const int Kinds = 10;
    private const long MostBytes = 32 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1); // for one file, on a busy machine, too
    private static readonly int Count = Number("DSLCM_FUZZ", Files) / Kinds;
    private static readonly int Seed = Number("DSLCM_FUZZ_SEED", 1);

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Checkpoints()
    {
        using var training = new Tiny.Denoiser(Tiny.Setup());
        Checkpoint.Write(scratch["good"], new TrainingState("Tiny", Tiny.Plan.Declaration, 0, 40, 32, 3), training);
        Run([File.ReadAllBytes(scratch["good"])], path =>
        {
            using var checkpoint = Checkpoint.Open(path);
            using var other = new Tiny.Denoiser(Tiny.Setup());
            checkpoint.Load(other);
        });
    }

    [Fact]
    public void Safetensors() => Run(
        [[.. SafetensorsWriter.Header([new("format", "pt")], [("a", [2, 3]), ("b", [])]), .. new byte[28]]],
        path =>
        {
            using var file = SavedWeights.Open(path);
            ReadAll(file.Tensors);
        });

    [Fact]
    public void Pictures() => Run(
        [.. Images(), .. OtherImages()],
        path => ImageFile.Read(File.ReadAllBytes(path), path),
        random => random.Next(2) == 0 ? bytes => bytes : PngFile.Mended);

    [Fact]
    public void Idx() => Run(
        [[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. new byte[24]], [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3, 4, 5]],
        path =>
        {
            try
            {
                IdxFile.ReadImages(path);
            }
            catch (UserError)
            {
                IdxFile.ReadLabels(path);
            }
        },
        random => random.Next(2) == 0 ? bytes => bytes : Gzip);

    [Fact]
    public void Numpy() => Run(
        [Npy("<f4", "2, 3", 24), Npy("<f8", "3,", 24), Npy("|u1", "2, 1, 2, 2", 8), Npy("<i8", "2,", 16)],
        path =>
        {
            var file = NumpyFile.Read(path);
            _ = file.Type is "<f4" or "<f8" ? file.ToFloats(path).Length : file.ToLabels(path).Length;
        });

    [Fact]
    public void Zips() => Run(
        [
            Zip(("a/1.png", Images().First()), ("dataset.json", """{"labels": [["a/1.png", 3]]}"""u8.ToArray())),
            Zip(("b/1.png", Images().Last()), ("b/2.png", Images().Last())),
        ],
        path =>
        {
            using var files = FileSet.Open(path);
            var set = PictureSet.Find(files);
            var examples = new ImageExamples(set, [3, 5, 7], "Faces");
            PictureLabels.Read(set);
            for (var i = 0; i < examples.Count; i++)
                examples.Read(i, new float[105]);
        });

    [Fact]
    public void Zipped_arrays() => Run(
        [Npy("<f4", "2, 3", 24)],
        path => NumpyFile.Read(path + "/x"),
        _ => bytes => Zip(("x.npy", bytes)), ".npz");

    [Fact]
    public void Tar_archives() =>
        Run([Tar(5), Tar(1)], path => CifarFile.Read(path), random => random.Next(8) == 0 ? bytes => bytes : Gzip);

    [Fact]
    public void Pickles() => Run(
        [Corpus("edm2.pkl"), Corpus("edm4.pkl"), Corpus("old.pth")],
        path => ReadAll(TorchFile.Read(path)));

    [Fact]
    public void Zipped_pickles()
    {
        using var zip = new ZipArchive(new MemoryStream(Corpus("new.pth")));
        var parts = zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var bytes = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(bytes);
            return bytes.ToArray();
        });
        var pickle = parts.Keys.Single(name => name.EndsWith("data.pkl", StringComparison.Ordinal));
        Run(
            [parts[pickle]],
            path => ReadAll(TorchFile.Read(path)),
            _ => bytes => Zip([.. parts.Select(part => (part.Key, part.Key == pickle ? bytes : part.Value))]));
    }

    [Fact]
    public void A_reader_that_hangs_is_stopped_and_its_file_is_named()
    {
        var message = Should.Throw<InvalidOperationException>(() => Watched(TimeSpan.FromSeconds(1), file =>
        {
            file(17, [1, 2, 3]);
            Thread.Sleep(Timeout.Infinite);
        }, ".bin", "Hanging")).Message;
        message.ShouldStartWith($"Hanging, seed {Seed}, file 17: still reading after 1 s; the file is ");
        File.ReadAllBytes(message[(message.LastIndexOf(' ') + 1)..]).ShouldBe([1, 2, 3]);
    }

    /// <summary>Changes files, and looks what becomes of them.</summary>
    /// <param name="seeds">Good files; each is read unchanged first.</param>
    /// <param name="read">Reads a file to its last byte.</param>
    /// <param name="wrap">
    /// Chooses what is done to a changed file, such as packing it, so that the change is not found by a checksum alone.
    /// </param>
    /// <param name="ending">How the file's name ends.</param>
    private void Run(
        byte[][] seeds, Action<string> read, Func<Random, Func<byte[], byte[]>>? wrap = null, string ending = ".bin",
        [CallerMemberName] string kind = "") =>
        Watched(Patience, next => ReadAll(seeds, read, wrap, ending, kind, next), ending, kind);

    /// <summary>
    /// Does something with files on a thread of its own, and looks on: a file that takes too long ends the test with its name.
    /// </summary>
    /// <param name="patience">For one file.</param>
    /// <param name="work">Tells the number and the content of each file before it is read.</param>
    /// <param name="ending">How the files' names end.</param>
    /// <param name="kind">What they are.</param>
    private static void Watched(TimeSpan patience, Action<Action<int, byte[]>> work, string ending, string kind)
    {
        ExceptionDispatchInfo? failure = null;
        (int Number, byte[] Bytes) current = (0, []);
        var begun = Stopwatch.GetTimestamp();
        var thread = new Thread(() =>
        {
            try
            {
                work((number, bytes) =>
                {
                    current = (number, bytes);
                    Interlocked.Exchange(ref begun, Stopwatch.GetTimestamp());
                });
            }
            catch (Exception fault)
            {
                failure = ExceptionDispatchInfo.Capture(fault);
            }
        })
        { IsBackground = true, Name = kind };
        thread.Start();
        while (!thread.Join(patience / 10))
            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref begun)) > patience)
                throw new InvalidOperationException($"{kind}, seed {Seed}, file {current.Number}: "
                    + $"still reading after {patience.TotalSeconds:N0} s; the file is {Kept(current.Bytes, ending, kind)}");
        failure?.Throw();
    }

    private void ReadAll(
        byte[][] seeds, Action<string> read, Func<Random, Func<byte[], byte[]>>? wrap, string ending, string kind,
        Action<int, byte[]> next)
    {
        wrap ??= _ => bytes => bytes;
        var random = new Random(Seed);
        var path = scratch[kind + ending];
        var refused = 0;
        for (var i = -seeds.Length; i < Count; i++)
        {
            var good = seeds[(i + seeds.Length) % seeds.Length];
            var bytes = i < 0 ? wrap(new Random(0))(good) : wrap(random)(Mutation.Of(good, random));
            File.WriteAllBytes(path, bytes);
            next(i, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
            }
            catch (UserError) when (i >= 0)
            {
                refused++;
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"{kind}, seed {Seed}, file {i}: {fault.GetType().Name}: {fault.Message}; "
                    + $"the file is {Kept(bytes, ending, kind)}", fault);
            }
            if (GC.GetAllocatedBytesForCurrentThread() - before is var taken and > MostBytes)
                throw new InvalidOperationException($"{kind}, seed {Seed}, file {i}: took {taken:N0} bytes; "
                    + $"the file is {Kept(bytes, ending, kind)}");
        }
        refused.ShouldBeGreaterThan(Count / 10);
    }

    private static string Kept(byte[] bytes, string ending, string kind)
    {
        var copy = Path.Combine(Path.GetTempPath(), $"dslcm-fuzz-{kind}-{Seed}{ending}");
        File.WriteAllBytes(copy, bytes);
        return copy;
    }

    private static void ReadAll(IEnumerable<NamedTensor> tensors)
    {
        foreach (var tensor in tensors)
            _ = tensor.IsFloat ? tensor.ToFloats().Length : tensor.Read().Length;
    }

    private static IEnumerable<byte[]> Images()
    {
        (PngColour, int)[] kinds =
        [
            (PngColour.Rgb, 8), (PngColour.Grey, 1), (PngColour.Palette, 4), (PngColour.GreyAlpha, 8), (PngColour.Rgba, 16),
            (PngColour.Grey, 16), (PngColour.Palette, 8),
        ];
        foreach (var (colour, bits) in kinds)
            yield return (PngFile.Random(colour, bits, 7, 5) with { Transparency = colour == PngColour.Palette ? [1, 2] : [] }).ToBytes();
    }

    /// <summary>JPEG, BMP and GIF.</summary>
    private static IEnumerable<byte[]> OtherImages()
    {
        var info = new SkiaSharp.SKImageInfo(7, 5, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        using var bitmap = new SkiaSharp.SKBitmap(info);
        using var jpeg = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Jpeg, 80);
        yield return jpeg.ToArray();
        yield return ImageFileTests.Bmp;
        yield return ImageFileTests.Gif;
    }

    private static byte[] Npy(string type, string shape, int bytes)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. new byte[bytes]];
    }

    private static byte[] Tar(int count)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, count == 1 ? TarEntryFormat.Pax : TarEntryFormat.Ustar, leaveOpen: true))
            for (var number = 1; number <= 5; number++)
                tar.WriteEntry(NewEntry(count == 1, $"cifar-10-batches-bin/data_batch_{number}.bin"));
        return bytes.ToArray();

        static TarEntry NewEntry(bool pax, string name)
        {
            TarEntry entry = pax ? new PaxTarEntry(TarEntryType.RegularFile, name) : new UstarTarEntry(TarEntryType.RegularFile, name);
            entry.DataStream = new MemoryStream(new byte[3073]);
            return entry;
        }
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var file in files)
                using (var entry = zip.CreateEntry(file.Name, CompressionLevel.NoCompression).Open())
                    entry.Write(file.Bytes);
        return bytes.ToArray();
    }

    private static byte[] Corpus(string name)
    {
        using var stream = typeof(FuzzTests).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : otherwise;
}
