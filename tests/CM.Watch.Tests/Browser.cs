using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Watch.Tests;

/// <summary>Chromium without a window, told what to do by the DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1); // on a busy machine, too

    private readonly string profile = Directory.CreateTempSubdirectory("dslcm-browser-").FullName;
    private readonly Process process;
    private readonly ClientWebSocket socket = new();
    private int messages;

    private Browser()
    {
        var start = new ProcessStartInfo(Program!, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile}", "--window-size=1360,1000", "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>The browser's program; null where there is none.</summary>
    public static string? Program { get; } = ((string[])["chromium", "chromium-browser", "google-chrome"])
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What went wrong in the page: exceptions, refused or failed requests.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> Open(Uri page)
    {
        var browser = new Browser();
        var port = await browser.Port();
        using var http = new HttpClient();
        using var made = await http.PutAsync(new Uri($"http://127.0.0.1:{port}/json/new?about:blank"), null);
        var target = JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
        await browser.socket.ConnectAsync(new Uri((string)target["webSocketDebuggerUrl"]!), default);
        foreach (var domain in (string[])["Runtime", "Log", "Page"])
            await browser.Send($"{domain}.enable");
        await browser.Go(page);
        return browser;
    }

    public async Task Go(Uri page) => await Send("Page.navigate", new JsonObject { ["url"] = page.ToString() });

    public async Task Resize(int width, int height) =>
        await Send("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });

    public async Task UseDark() =>
        await Send("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = "dark" }) });

    /// <summary>What a script's expression is in the page.</summary>
    public async Task<JsonElement> Get(string expression)
    {
        var answer = await Send("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        answer.TryGetProperty("exceptionDetails", out var fault).ShouldBeFalse($"{expression}: {fault}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until a script's expression is true in the page.</summary>
    public async Task Until(string expression)
    {
        var begun = Stopwatch.StartNew();
        while ((await Get($"Boolean({expression})")).GetBoolean() is false)
        {
            begun.Elapsed.ShouldBeLessThan(Patience, $"never came true: {expression}; complaints: {string.Join("; ", Complaints)}");
            await Task.Delay(50);
        }
    }

    /// <summary>Writes what the page looks like, from its top to its end.</summary>
    public async Task Photograph(string path)
    {
        var (width, height) = ((await Get("innerWidth")).GetInt32(), (await Get("document.documentElement.scrollHeight")).GetInt32());
        var clip = new JsonObject { ["x"] = 0, ["y"] = 0, ["width"] = width, ["height"] = height, ["scale"] = 1 };
        var answer = await Send("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true, ["clip"] = clip });
        File.WriteAllBytes(path, answer.GetProperty("data").GetBytesFromBase64());
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        for (var tries = 0; Directory.Exists(profile) && tries < 20; tries++)
            try
            {
                Directory.Delete(profile, recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(100); // its children still write
            }
    }

    private async Task<int> Port()
    {
        var file = Path.Combine(profile, "DevToolsActivePort");
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < Patience; await Task.Delay(50))
            if (File.Exists(file) && File.ReadAllLines(file) is [var port, _, ..])
                return int.Parse(port, System.Globalization.CultureInfo.InvariantCulture);
        throw new InvalidOperationException($"{Program} did not start.");
    }

    private async Task<JsonElement> Send(string method, JsonObject? parameters = null)
    {
        var id = ++messages;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, default);
        while (true)
        {
            var answer = await Receive();
            if (answer.TryGetProperty("id", out var of) && of.GetInt32() == id)
                return answer.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {answer}");
            Hear(answer);
        }
    }

    private void Hear(JsonElement happening)
    {
        var name = happening.GetProperty("method").GetString();
        if (name == "Runtime.exceptionThrown" || (name == "Log.entryAdded" && happening.GetProperty("params").GetProperty("entry").GetProperty("level").GetString() == "error"))
            Complaints.Add(happening.GetProperty("params").ToString());
    }

    private async Task<JsonElement> Receive()
    {
        using var whole = new MemoryStream();
        using var patience = new CancellationTokenSource(Patience);
        var part = new byte[64 << 10];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(part, patience.Token);
            whole.Write(part, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonDocument.Parse(whole.ToArray()).RootElement;
    }
}

/// <summary>A test in a browser; skipped by name where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Program is null)
            Skip = "there is no chromium; apt-get install chromium";
    }
}
