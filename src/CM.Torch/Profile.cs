using System.Globalization;
using System.Text;
using static CM.Torch.Native;

namespace CM.Torch;

/// <summary>Where libtorch's time goes while it is open: a profile of all threads.</summary>
public static class Profile
{
    /// <summary>An operation, by libtorch's name.</summary>
    /// <param name="Name">Such as <c>aten::mm</c>.</param>
    /// <param name="Count">How often it ran.</param>
    /// <param name="Seconds">How long, without the operations inside it.</param>
    public sealed record Operation(string Name, long Count, double Seconds);

    /// <summary>Begins a profile.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">One is being taken already.</exception>
    public static void Begin() => cm_profile_begin().Check();

    /// <summary>Ends it.</summary>
    /// <returns>The operations, the longest first.</returns>
    public static IReadOnlyList<Operation> End()
    {
        var text = new byte[1 << 20];
        cm_profile_end(text, text.Length, out var length).Check();
        return [.. Encoding.UTF8.GetString(text, 0, (int)length).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Select(parts => new Operation(parts[2], long.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[0], CultureInfo.InvariantCulture)))
            .OrderByDescending(operation => operation.Seconds)];
    }
}
