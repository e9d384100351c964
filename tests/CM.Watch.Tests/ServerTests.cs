using System.Net;
using System.Text;
using System.Text.Json;

namespace CM.Watch.Tests;

/// <summary>What is served, and to whom.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly RunFolders folders = new();

    public void Dispose() => folders.Dispose();

    [Fact]
    public async Task Runs_are_listed_newest_first_with_how_they_stand()
    {
        folders.Add("old", lines: 100);
        folders.Add("new", lines: 5);
        Directory.CreateDirectory(folders["no run"]);
        await using var server = await Start(folders.Path);
        var runs = (await Get(server, "api/runs")).EnumerateArray().ToList();
        runs.Select(run => run.GetProperty("name").GetString()).ShouldBe(["new", "old"]);
        runs.Select(run => run.GetProperty("step").GetInt32()).ShouldBe([50, 1000]);
        runs.Select(run => run.GetProperty("state").GetString()).ShouldBe(["running", "done"]);

        File.SetLastWriteTimeUtc(folders["new/log.jsonl"], DateTime.UtcNow.AddHours(-1));
        File.SetLastWriteTimeUtc(folders["new/run.json"], DateTime.UtcNow.AddHours(-1));
        (await Get(server, "api/runs"))[0].GetProperty("state").GetString().ShouldBe("stopped");
    }

    [Fact]
    public async Task Whole_lines_come_once_and_all_again_when_the_log_was_cut()
    {
        var run = folders.Add("run", lines: 3);
        await using var server = await Start(run);
        var id = (await Get(server, "api/runs"))[0].GetProperty("id").GetString();
        var first = await Get(server, $"api/runs/{id}/log");
        first.GetProperty("lines").GetString()!.Count(letter => letter == '\n').ShouldBe(3);
        var next = first.GetProperty("next").GetInt64();

        File.AppendAllText(Path.Combine(run, "log.jsonl"), "{\"step\":40,");
        (await Get(server, $"api/runs/{id}/log?from={next}")).GetProperty("lines").GetString().ShouldBeEmpty();
        File.AppendAllText(Path.Combine(run, "log.jsonl"), "\"loss\":1}\n");
        (await Get(server, $"api/runs/{id}/log?from={next}")).GetProperty("lines").GetString().ShouldBe("{\"step\":40,\"loss\":1}\n");

        File.WriteAllText(Path.Combine(run, "log.jsonl"), "{\"step\":10}\n");
        var anew = await Get(server, $"api/runs/{id}/log?from={next}");
        (anew.GetProperty("anew").GetBoolean(), anew.GetProperty("lines").GetString()).ShouldBe((true, "{\"step\":10}\n"));
        (await Get(server, $"api/runs/{id}/log?from=5")).GetProperty("anew").GetBoolean().ShouldBeTrue("no line begins there");
    }

    [Fact]
    public async Task No_request_leaves_the_folder_of_a_run()
    {
        var run = folders.Add("run", lines: 10);
        File.WriteAllText(folders["secret"], "secret");
        File.Copy(Path.Combine(run, "samples", "step-000050.png"), folders["step-000007.png"]);
        await using var server = await Start(run);
        var id = (await Get(server, "api/runs"))[0].GetProperty("id").GetString();
        (await Status(server, $"api/runs/{id}/pictures/50")).ShouldBe(HttpStatusCode.OK);
        (await Status(server, $"api/runs/{id}/sources/1")).ShouldBe(HttpStatusCode.OK);
        (await Get(server, $"api/runs/{id}")).GetProperty("sources").EnumerateArray().Select(each => each.GetProperty("name").GetString())
            .ShouldBe(["Experiments.cs", "Digits.Digits.g.cs"]);
        foreach (var path in (string[])[
            "api/runs/..", "api/runs/%2e%2e", "api/runs/..%2f..", $"api/runs/{id}/pictures/..%2f..%2f..%2fsecret", $"api/runs/{id}/pictures/../../../secret", $"api/runs/{id}/pictures/7",
            $"api/runs/{id}/pictures/-1", $"api/runs/{id}/sources/2", $"api/runs/{id}/sources/..%2frun.json", $"api/runs/%2e%2e%2f{id}/log", "..%2f..%2fetc%2fpasswd", "run.json", "secret"])
            (await Status(server, path)).ShouldBe(HttpStatusCode.NotFound, path);
    }

    [Fact]
    public async Task On_this_machine_only_browsers_that_were_sent_to_it_are_served()
    {
        await using var server = await Start(folders.Add("run", lines: 1));
        (await Status(server, "", host: "localhost")).ShouldBe(HttpStatusCode.OK);
        (await Status(server, "", host: "[::1]")).ShouldBe(HttpStatusCode.OK);
        (await Status(server, "api/runs", host: "elsewhere.example")).ShouldBe(HttpStatusCode.Forbidden, "its name was bent to 127.0.0.1");
        using var http = new HttpClient();
        using var posted = await http.PostAsync(new Uri(server.Address, "api/runs"), new StringContent(""));
        posted.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var page = await http.GetAsync(server.Address);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
    }

    [Fact]
    public async Task Other_machines_need_the_token()
    {
        await using var server = await WatchServer.Start(new RunList([folders.Add("run", lines: 1)]), ListenAddress.Parse("0.0.0.0:0"));
        var token = server.Address.Query;
        token.ShouldMatch("^\\?token=[0-9a-f]{32}$");
        var local = new UriBuilder(server.Address) { Host = "127.0.0.1", Query = "" }.Uri;
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler);
        foreach (var path in (string[])["", "api/runs", "app.js", "?token=", "?token=" + new string('0', 32)])
            (await http.GetAsync(new Uri(local, path))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);

        using var opened = await http.GetAsync(new Uri(local, token));
        opened.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        opened.Headers.Location!.OriginalString.ShouldBe("/", "the token does not stay in the address");
        opened.Headers.GetValues("Set-Cookie").Single().ShouldSatisfyAllConditions(cookie => cookie.ShouldContain("httponly"), cookie => cookie.ShouldContain("samesite=strict"));
        (await http.GetAsync(new Uri(local, "api/runs"))).StatusCode.ShouldBe(HttpStatusCode.OK, "by the cookie");
    }

    [Theory]
    [InlineData(null, "127.0.0.1", 6016, true)]
    [InlineData("8080", "127.0.0.1", 8080, true)]
    [InlineData("localhost:8080", "127.0.0.1", 8080, true)]
    [InlineData("[::1]:8080", "::1", 8080, true)]
    [InlineData("192.168.1.5", "192.168.1.5", 6016, false)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80, false)]
    public void Addresses_are_read(string? given, string address, int port, bool local)
    {
        var listen = ListenAddress.Parse(given);
        (listen.Address.ToString(), listen.Port, listen.IsLocal).ShouldBe((address, port, local));
    }

    [Theory]
    [InlineData("elsewhere:80"), InlineData("127.0.0.1:99999"), InlineData("")]
    public void Other_addresses_are_refused(string given) => Should.Throw<UserError>(() => ListenAddress.Parse(given)).Message.ShouldStartWith($"--listen {given}: an address and a port were expected");

    [Fact]
    public async Task Mistakes_are_told_in_one_line_with_code_2()
    {
        var run = folders.Add("run", lines: 1);
        Directory.CreateDirectory(folders["empty"]);
        (await Run("nowhere")).ShouldBe((2, "error: nowhere: there is no such folder; name that of a run, such as runs/NAME-20260131-120000, or one with runs in it.\n"));
        (await Run(folders["empty"])).Errors.ShouldStartWith($"error: {folders["empty"]}: is no run and holds none; ");
        (await Run("--port")).Code.ShouldBe(2);
        await using var server = await Start(run);
        var (code, errors) = await Run(run, "--listen", $"{server.Address.Port}");
        code.ShouldBe(2);
        errors.ShouldStartWith($"error: --listen 127.0.0.1:{server.Address.Port}: cannot be had (");
        errors.Count(letter => letter == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task The_program_says_where_the_page_is_and_ends_when_told()
    {
        var run = folders.Add("run", lines: 1);
        using var end = new CancellationTokenSource();
        var (output, started) = (new StringWriter(), new TaskCompletionSource<Uri>());
        var running = WatchCommand.Run([run, "--listen", "0"], output, TextWriter.Null, started.SetResult, end.Token);
        using var http = new HttpClient();
        (await http.GetStringAsync(await started.Task)).ShouldContain("<title>DslCM runs</title>");
        output.ToString().ShouldStartWith($"1 run at {await started.Task}");
        await end.CancelAsync();
        (await running).ShouldBe(0);
    }

    private static Task<WatchServer> Start(string folder) => WatchServer.Start(new RunList([folder]), ListenAddress.Parse("0"));

    private static async Task<(int Code, string Errors)> Run(params string[] arguments)
    {
        var errors = new StringWriter();
        return (await WatchCommand.Run(arguments, TextWriter.Null, errors), errors.ToString());
    }

    private static async Task<JsonElement> Get(WatchServer server, string path)
    {
        using var http = new HttpClient();
        return JsonDocument.Parse(await http.GetStringAsync(new Uri(server.Address, path))).RootElement;
    }

    /// <summary>The answer to a path as it is written, which no client has tidied up.</summary>
    private static async Task<HttpStatusCode> Status(WatchServer server, string path, string host = "127.0.0.1")
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return (HttpStatusCode)int.Parse((await reader.ReadLineAsync())!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
