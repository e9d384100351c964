using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace CM.Watch;

/// <summary>
/// Access control. On this machine everybody has access, if the browser was sent to this machine's own name: a page from elsewhere whose
/// name was bent to 127.0.0.1 is not served. From other machines only those who have the token, in the address at first and in a cookie
/// from then on.
/// </summary>
internal sealed class Access(ListenAddress address)
{
    private const string Cookie = "cm-watch";
    private const string Parameter = "token";

    /// <summary>Token that admits others; null if only this machine has access.</summary>
    public string? Token { get; } = address.IsLocal ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The address with what opens it.</summary>
    public Uri Open(Uri page) => Token is null ? page : new Uri(page, $"?{Parameter}={Token}");

    /// <summary>Answers those who may not look, and lets the others through.</summary>
    public async Task Check(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            await Refuse(StatusCodes.Status405MethodNotAllowed, "Runs can only be looked at.");
        else if (Token is null && !IsThisMachine(context.Request.Host.Host))
            await Refuse(StatusCodes.Status403Forbidden, "Only for browsers that were sent to this machine itself.");
        else if (Token is not null && Matches(context.Request.Query[Parameter]))
        {
            context.Response.Cookies.Append(Cookie, Token, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
            context.Response.Redirect(context.Request.Path);
        }
        else if (Token is not null && !Matches(context.Request.Cookies[Cookie]))
            await Refuse(StatusCodes.Status401Unauthorized, "Open the address that cm watch printed, with its token.");
        else
            await next(context);

        async Task Refuse(int status, string why)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(why);
        }
    }

    private static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var given) && IPAddress.IsLoopback(given));

    private bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Token!));
}
