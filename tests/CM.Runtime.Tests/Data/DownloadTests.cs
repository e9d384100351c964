using System.Net;
using System.Security.Cryptography;

namespace CM.Runtime.Tests;

public sealed class DownloadTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly byte[] content = new byte[300_000];
    private readonly string sum;

    public DownloadTests()
    {
        new Random(8).NextBytes(content);
        sum = Convert.ToHexStringLower(MD5.HashData(content));
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_file_arrives_with_progress_and_is_not_fetched_twice()
    {
        using var server = new Server(content);
        var progress = new List<(long Here, long? Total)>();
        Fetch(server, (here, total) => progress.Add((here, total))).ShouldBeTrue();
        File.ReadAllBytes(scratch["deep/a.bin"]).ShouldBe(content);
        progress[^1].ShouldBe((content.Length, content.Length));
        progress.Select(each => each.Here).ShouldBeInOrder();
        Fetch(server).ShouldBeFalse();
        server.Requests.Count.ShouldBe(1);
        Directory.GetFiles(scratch["deep"]).ShouldBe([scratch["deep/a.bin"]]);
    }

    [Fact]
    public void What_was_begun_is_gone_on_with()
    {
        using var server = new Server(content) { EndsAfter = 100_000 };
        Fault(server).ShouldContain("bytes are here, the same command goes on behind them");
        var here = new FileInfo(scratch["deep/a.bin.part"]).Length;
        here.ShouldBeInRange(1, 100_000);
        server.EndsAfter = int.MaxValue;
        Fetch(server).ShouldBeTrue();
        server.Requests.ShouldBe([null, $"bytes={here}-"]);
        File.ReadAllBytes(scratch["deep/a.bin"]).ShouldBe(content);
    }

    [Theory, InlineData(1), InlineData(300_000)]
    public void Servers_that_cannot_go_on_start_again(int here)
    {
        scratch.Write("deep/a.bin.part", content[..here]);
        using var server = new Server(content) { KnowsRanges = here == content.Length };
        Fetch(server).ShouldBeTrue();
        File.ReadAllBytes(scratch["deep/a.bin"]).ShouldBe(content);
    }

    [Fact]
    public void Another_file_is_refused()
    {
        using var server = new Server([.. content[..^1], (byte)(content[^1] ^ 1)]);
        Fault(server)
            .ShouldContain($"its MD5 sum is {Convert.ToHexStringLower(MD5.HashData(server.Content))}, not {sum}; nothing of it was kept");
        Directory.GetFiles(scratch["deep"]).ShouldBeEmpty();
        scratch.Write("deep/a.bin", [1]);
        Fault(server).ShouldContain("is there already, but it is another file or damaged");
        File.ReadAllBytes(scratch["deep/a.bin"]).ShouldBe([(byte)1]);
    }

    [Fact]
    public void A_missing_file_and_a_missing_server_are_told()
    {
        string address;
        using (var server = new Server(content))
        {
            address = server.Address;
            Should.Throw<UserError>(() => Download.Run(new Uri(address + "nowhere"), scratch["b"], sum, (_, _) => { })).Message
                .ShouldContain("404");
        }
        Should.Throw<UserError>(() => Download.Run(new Uri(address + "a.bin"), scratch["b"], sum, (_, _) => { })).Message
            .ShouldContain("cannot be fetched");
    }

    private bool Fetch(Server server, Action<long, long?>? progress = null) =>
        Download.Run(new Uri(server.Address + "a.bin"), scratch["deep/a.bin"], sum, progress ?? ((_, _) => { }));

    private string Fault(Server server) => Should.Throw<UserError>(() => Fetch(server)).Message;

    /// <summary>A server on this machine with one file.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener listener = new();

        public Server(byte[] content)
        {
            Content = content;
            for (var port = 20_000 + Environment.ProcessId % 20_000; ; port++)
            {
                Address = $"http://127.0.0.1:{port}/";
                listener.Prefixes.Clear();
                listener.Prefixes.Add(Address);
                try
                {
                    listener.Start();
                    break;
                }
                catch (HttpListenerException)
                {
                    // somebody else's port
                }
            }
            new Thread(Serve) { IsBackground = true }.Start();
        }

        public byte[] Content { get; }

        public string Address { get; }

        public bool KnowsRanges { get; init; } = true;

        /// <summary>After so many bytes the connection breaks.</summary>
        public int EndsAfter { get; set; } = int.MaxValue;

        /// <summary>The ranges that were asked for.</summary>
        public List<string?> Requests { get; } = [];

        public void Dispose() => listener.Close();

        private void Serve()
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = listener.GetContext();
                }
                catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
                var response = context.Response;
                if (context.Request.Url!.AbsolutePath != "/a.bin")
                {
                    response.StatusCode = 404;
                    response.Close();
                    continue;
                }
                var range = context.Request.Headers["Range"];
                Requests.Add(range);
                var start = KnowsRanges && range is not null ? int.Parse(range["bytes=".Length..^1]) : 0;
                if (start >= Content.Length)
                {
                    response.StatusCode = 416;
                    response.Close();
                    continue;
                }
                if (KnowsRanges && range is not null)
                {
                    response.StatusCode = 206;
                    response.Headers["Content-Range"] = $"bytes {start}-{Content.Length - 1}/{Content.Length}";
                }
                response.ContentLength64 = Content.Length - start;
                response.OutputStream.Write(Content, start, Math.Min(EndsAfter, Content.Length - start));
                if (EndsAfter < Content.Length - start)
                    response.Abort();
                else
                    response.Close();
            }
        }
    }
}
