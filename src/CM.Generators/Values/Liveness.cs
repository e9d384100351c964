namespace CM.Generators.Values;

/// <summary>Readers of the values that steps make.</summary>
internal sealed class Liveness
{
    private readonly IReadOnlyList<Step> steps;
    private readonly HashSet<int> results;
    private readonly int[] uses;
    private readonly int[] last;
    private readonly Step?[] producers;

    /// <param name="steps">The steps in order.</param>
    /// <param name="results">Values that are returned.</param>
    /// <param name="values">Number of values.</param>
    public Liveness(IReadOnlyList<Step> steps, IReadOnlyCollection<int> results, int values)
    {
        (this.steps, this.results) = (steps, [.. results]);
        (uses, last, producers) = (new int[values], [.. Enumerable.Repeat(-1, values)], new Step?[values]);
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var value in steps[step].Inputs)
            {
                uses[value]++;
                last[value] = step;
            }

            foreach (var output in steps[step].Outputs)
                producers[output] ??= steps[step];
        }

        foreach (var result in results)
        {
            uses[result]++;
            last[result] = int.MaxValue;
        }
    }

    /// <summary>Number of places that read a value, results included.</summary>
    public int Uses(int value) => uses[value];

    /// <summary>True when no later step reads a value and it is no result.</summary>
    public bool IsDeadAfter(int value, int step) => last[value] <= step;

    /// <summary>The step that makes a value; null for inputs.</summary>
    public Step? Producer(int value) => producers[value];

    /// <summary>Steps that a value is made with, in order.</summary>
    public Step[] Needed(int value)
    {
        var needed = new HashSet<int> { value };
        foreach (var step in steps.Reverse().Where(step => step.Outputs.Any(needed.Contains)))
            needed.UnionWith(step.Inputs);
        return [.. steps.Where(step => step.Outputs.Any(needed.Contains))];
    }

    /// <summary>Steps that serve one input of a step and nothing else, in order.</summary>
    /// <param name="user">The step.</param>
    /// <param name="input">Index of the input.</param>
    /// <param name="counts">True for steps that count.</param>
    public List<Step> ServingOnly(Step user, int input, Func<Step, bool> counts)
    {
        var found = new List<Step>();
        foreach (var step in steps.TakeWhile(step => step != user).Reverse())
        {
            var users = steps.Where(other => other.Inputs.Intersect(step.Outputs).Any()).ToArray();
            var serves = users.All(other => found.Contains(other) || (other == user && !user.Inputs.Where((_, i) => i != input).Intersect(step.Outputs).Any()));
            if (users.Length > 0 && serves && counts(step) && !step.Outputs.Any(results.Contains))
                found.Insert(0, step);
        }

        return found;
    }

    /// <summary>Values that some steps, and the reader of their result, take from elsewhere.</summary>
    public static int[] Inputs(IReadOnlyCollection<Step> some, int result) =>
        [.. some.SelectMany(step => step.Inputs).Append(result).Distinct().Where(input => !some.Any(step => step.Outputs.Contains(input))).OrderBy(input => input)];
}
