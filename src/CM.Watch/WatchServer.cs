using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CM.Watch;

/// <summary>Serves the page and what it asks for. It reads the folders of runs and writes nothing.</summary>
internal sealed class WatchServer : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Types = new() { [".html"] = "text/html", [".css"] = "text/css", [".js"] = "text/javascript", [".svg"] = "image/svg+xml" };

    private readonly WebApplication app;

    private WatchServer(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    /// <summary>Address of the page, with the token if one is needed.</summary>
    public Uri Address { get; }

    /// <summary>Starts to serve.</summary>
    /// <exception cref="UserError">The address cannot be had.</exception>
    public static async Task<WatchServer> Start(RunList runs, ListenAddress listen)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen.Address, listen.Port);
        });
        var app = builder.Build();
        var access = new Access(listen);
        app.Use(access.Check);
        Route(app, runs);
        try
        {
            await app.StartAsync();
        }
        catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new UserError($"--listen {listen.Address}:{listen.Port}: cannot be had ({refused.Message.TrimEnd('.')}); name another port, or 0 for any that is free.", refused);
        }
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var host = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : bound.Host;
        return new WatchServer(app, access.Open(new UriBuilder(bound) { Host = host }.Uri));
    }

    /// <summary>Serves until Ctrl-C, SIGTERM, or until told.</summary>
    public async Task Wait(CancellationToken end) => await app.WaitForShutdownAsync(end);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static void Route(WebApplication app, RunList runs)
    {
        foreach (var name in typeof(WatchServer).Assembly.GetManifestResourceNames())
            app.MapGet(name == "index.html" ? "/" : $"/{name}", () => Results.Stream(typeof(WatchServer).Assembly.GetManifestResourceStream(name)!, $"{Types[Path.GetExtension(name)]}; charset=utf-8"));

        app.MapGet("/api/runs", () => Json(new JsonArray([.. runs.Find().Select(run => run.Summary())])));
        app.MapGet("/api/runs/{id}", (string id) => Of(runs[id], run =>
        {
            var described = run.Described();
            described["sources"] = new JsonArray([.. run.Sources().Select(source => new JsonObject { ["name"] = Path.GetFileNameWithoutExtension(source.Path), ["generated"] = source.IsGenerated })]);
            return Json(described);
        }));
        app.MapGet("/api/runs/{id}/log", (string id, long? from) => Of(runs[id], run =>
        {
            var (lines, next, anew) = run.ReadLog(from ?? 0);
            return Json(new JsonObject { ["lines"] = lines, ["next"] = next, ["anew"] = anew });
        }));
        app.MapGet("/api/runs/{id}/pictures/{step:int:min(0)}", (string id, int step) => Of(runs[id], run => run.Picture(step) is { } path ? Results.File(path, "image/png") : Results.NotFound()));
        app.MapGet("/api/runs/{id}/sources/{index:int:min(0)}", (string id, int index) => Of(runs[id], run =>
            run.Sources().ElementAtOrDefault(index) is { Path: { } path } ? Results.Text(File.ReadAllText(path), "text/plain; charset=utf-8") : Results.NotFound()));
    }

    private static IResult Of(Run? run, Func<Run, IResult> answer) => run is null ? Results.NotFound() : answer(run);

    private static IResult Json(JsonNode node) => Results.Text(node.ToJsonString(), "application/json; charset=utf-8");
}
