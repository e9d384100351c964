using System.Text;

namespace CM.Runtime;

/// <summary>Messages between the processes of a training.</summary>
internal static class Processes
{
    /// <summary>Whether this process writes files and tells the user: rank 0, or the only one.</summary>
    public static bool Writes(this IProcessGroup? group) => group is not { Rank: > 0 };

    /// <summary>Whether it is so in any process.</summary>
    public static bool Any(this IProcessGroup? group, bool here) => group.Any(here, false).First;

    /// <summary>Whether each of two things is so in any process.</summary>
    public static (bool First, bool Second) Any(this IProcessGroup? group, bool first, bool second)
    {
        if (group is null)
            return (first, second);
        using var counts = tensor(new[] { first ? 1f : 0, second ? 1f : 0 });
        group.Sum(counts);
        return (counts[0].item<float>() > 0, counts[1].item<float>() > 0);
    }

    /// <summary>Has rank 0 do something, for which the others wait as long as it shows now and then that it goes on.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="work">Work to do; its argument is to be called now and then.</param>
    /// <returns>Result; the default value in the other processes.</returns>
    public static T? Await<T>(this IProcessGroup? group, Func<Action, T> work)
    {
        if (group is null)
            return work(() => { });
        if (!group.Writes())
        {
            while (group.Any(false))
            {
            }
            return default;
        }
        var result = work(() => group.Any(true));
        group.Any(false);
        return result;
    }

    /// <summary>Waits until all processes are here.</summary>
    public static void Meet(this IProcessGroup? group) => group.Any(false);

    /// <summary>A text that rank 0 has.</summary>
    public static string Share(this IProcessGroup group, string? text)
    {
        var bytes = Encoding.UTF8.GetBytes(group.Writes() ? text! : "");
        using var length = tensor(new[] { (long)bytes.Length });
        group.Sum(length);
        var places = new long[length.item<long>()];
        for (var i = 0; i < bytes.Length; i++)
            places[i] = bytes[i];
        using var letters = tensor(places);
        group.Sum(letters);
        return Encoding.UTF8.GetString([.. letters.data<long>().ToArray().Select(letter => (byte)letter)]);
    }

    /// <summary>Makes sure that all processes begin alike: at the same step, with the same weights.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="weights">The weights of this process.</param>
    /// <param name="step">The step at which it begins.</param>
    /// <exception cref="UserError">One begins differently from rank 0.</exception>
    public static void CheckAlike(this IProcessGroup? group, ParameterStore weights, int step)
    {
        if (group is null)
            return;
        using var sum = weights.Values.sum(ScalarType.Float64);
        using var own = tensor(new[,] { { step, sum.item<double>() } });
        using var all = group.Gather(own);
        var numbers = all.data<double>().ToArray();
        for (var rank = 1; rank < group.Size; rank++)
            if (numbers[2 * rank] != numbers[0] || numbers[2 * rank + 1] != numbers[1])
                throw new UserError($"rank {rank} begins at step {numbers[2 * rank]}, rank 0 at step {numbers[0]}, with other weights; "
                    + "every process must see the same files: the run's folder must lie on a disk that they share.");
    }
}
