using System.Globalization;
using System.Net;

namespace CM.Watch;

/// <summary>Address of the page.</summary>
/// <param name="Address">IP address of this machine.</param>
/// <param name="Port">Port, 0 for any that is free.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    public const string Default = "127.0.0.1:6016";
    private const int DefaultPort = 6016;

    /// <summary>Whether only this machine gets there.</summary>
    public bool IsLocal => IPAddress.IsLoopback(Address);

    /// <summary>Reads <c>8080</c>, <c>localhost:8080</c>, <c>192.168.1.5</c>, <c>0.0.0.0:8080</c> or <c>[::]:8080</c>.</summary>
    /// <exception cref="UserError">It is something else.</exception>
    public static ListenAddress Parse(string? given)
    {
        given ??= Default;
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
            return new(IPAddress.Loopback, port);
        const string Local = "localhost";
        var text = given == Local || given.StartsWith(Local + ":", StringComparison.Ordinal) ? IPAddress.Loopback + given[Local.Length..] : given;
        if (!IPEndPoint.TryParse(text, out var point))
            throw new UserError($"--listen {given}: an address and a port were expected, such as {Default} or 0.0.0.0:8080.");
        return new(point.Address, HasPort(text) ? point.Port : DefaultPort);
    }

    // Behind the bracket of a long address, or behind the only colon.
    private static bool HasPort(string text) => text.LastIndexOf(':') is > 0 and var colon && (text[colon - 1] == ']' || text.IndexOf(':') == colon);
}
