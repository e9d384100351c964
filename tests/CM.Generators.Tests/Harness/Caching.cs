using System.Collections;
using System.Reflection;
using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Generators.Tests;

/// <summary>Proves that generators do no work twice.</summary>
internal static class Caching
{
    public static void ShouldDoNothingAgain(GeneratorDriver driver, Compilation compilation)
    {
        var again = driver.RunGenerators(compilation.Clone()).GetRunResult();
        foreach (var result in again.Results)
        {
            foreach (var (name, runs) in result.TrackedSteps.Where(step => StepNames.All.Contains(step.Key)))
            {
                foreach (var (value, reason) in runs.SelectMany(run => run.Outputs))
                {
                    reason.ShouldBeOneOf([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged], $"step {name} ran again without need");
                    ShouldHoldNoRoslynObject(value, name, []);
                }
            }

            result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs)
                .ShouldAllBe(output => output.Reason == IncrementalStepRunReason.Cached || output.Reason == IncrementalStepRunReason.Unchanged);
        }
    }

    /// <summary>Reasons of a tracked step after an edit, in order of the records.</summary>
    public static IncrementalStepRunReason[] ReasonsAfter(string before, string after, string step)
    {
        var first = Source.Compile(before);
        var driver = Source.NewDriver().RunGenerators(first);
        var tree = first.SyntaxTrees.Single();
        var edited = first.ReplaceSyntaxTree(tree, Source.Compile(after).SyntaxTrees.Single());
        return [.. driver.RunGenerators(edited).GetRunResult().Results
            .Where(result => result.TrackedSteps.ContainsKey(step))
            .SelectMany(result => result.TrackedSteps[step]).SelectMany(run => run.Outputs).Select(output => output.Reason)];
    }

    private static void ShouldHoldNoRoslynObject(object? value, string step, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value))
            return;
        (value is ISymbol or SyntaxNode or Compilation or SemanticModel or Location or AttributeData)
            .ShouldBeFalse($"step {step} keeps a {value.GetType().Name}");
        if (value is IEnumerable items)
        {
            foreach (var item in items)
                ShouldHoldNoRoslynObject(item, step, seen);
            return;
        }

        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                ShouldHoldNoRoslynObject(field.GetValue(value), step, seen);
        }
    }
}
