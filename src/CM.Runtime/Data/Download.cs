using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace CM.Runtime;

/// <summary>A file that is published with its MD5 sum.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Md5">Its sum in lower case.</param>
internal sealed record PublishedFile(string Name, string Md5);

/// <summary>A published data set.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Address">URL of its files, with a slash at the end.</param>
/// <param name="Folder">Folder below the data folder.</param>
/// <param name="Files">Names of the files.</param>
internal sealed record PublishedSet(string Name, string Address, string Folder, IReadOnlyList<PublishedFile> Files)
{
    /// <summary>Everything that can be fetched; the sums are those that the publishers and torchvision name.</summary>
    public static IReadOnlyList<PublishedSet> All { get; } =
    [
        new("mnist", "https://ossci-datasets.s3.amazonaws.com/mnist/", "mnist",
        [
            new("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            new("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
            new("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
            new("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
        ]),
        new("fashion-mnist", "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", "fashion-mnist",
        [
            new("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            new("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ]),
        new("cifar10", "https://www.cs.toronto.edu/~kriz/", "cifar10", [new("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530")]),
    ];
}

/// <summary>
/// Fetches files over HTTP. Bytes fetched before a fault stay in <c>NAME.part</c>, and the next call continues behind them.
/// </summary>
internal static class Download
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Fetches a file, unless it is there with the right sum.</summary>
    /// <param name="address">URL or path.</param>
    /// <param name="path">Destination.</param>
    /// <param name="md5">Its sum in lower case.</param>
    /// <param name="progress">Told how many bytes are here, and of how many where the server says that.</param>
    /// <returns>Whether anything had to be fetched.</returns>
    /// <exception cref="UserError">It cannot be fetched, or is another file.</exception>
    public static bool Run(Uri address, string path, string md5, Action<long, long?> progress)
    {
        if (File.Exists(path))
            return SumOf(path) == md5 ? false : throw new UserError($"{path}: is there already, but it is another file or damaged: "
                + $"its MD5 sum is {SumOf(path)}, not {md5}; delete it and fetch it again.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var part = path + AtomicFile.Unfinished;
        try
        {
            Fetch(address, part, progress).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is HttpRequestException or HttpIOException or IOException or OperationCanceledException)
        {
            var here = File.Exists(part) ? new FileInfo(part).Length : 0;
            throw new UserError($"{address}: cannot be fetched ({fault.Message.TrimEnd('.')}); {here:N0} bytes are here, "
                + "the same command goes on behind them.", fault);
        }
        if (SumOf(part) is var found && found != md5)
        {
            File.Delete(part);
            throw new UserError($"{address}: not the file that was published: its MD5 sum is {found}, not {md5}; "
                + "nothing of it was kept. Try again, or another place with --from URL.");
        }
        AtomicFile.Publish(part, path);
        return true;
    }

    private static async Task Fetch(Uri address, string part, Action<long, long?> progress)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var silence = new CancellationTokenSource(LongestSilence);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var here = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (here > 0)
            request.Headers.Range = new RangeHeaderValue(here, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return; // all of it is here
        response.EnsureSuccessStatusCode();
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != here)
            here = 0; // the server sends the file from its start
        var total = here + response.Content.Headers.ContentLength;
        await using var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(here);
        file.Position = here;
        await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
        var chunk = new byte[1 << 16];
        for (var count = await Next(); count > 0; count = await Next())
        {
            file.Write(chunk, 0, count);
            here += count;
            progress(here, total);
        }
        file.Flush(flushToDisk: true);
        if (total is { } all && here < all)
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection ended early");

        ValueTask<int> Next()
        {
            silence.CancelAfter(LongestSilence);
            return stream.ReadAsync(chunk, silence.Token);
        }
    }

    private static string SumOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(MD5.HashData(stream));
    }
}
