using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Users' own functions as layers.</summary>
public sealed class OwnFunctionTests
{
    private const string Halves = """
        using CM.Dsl;
        using static TorchSharp.torch;

        namespace Test;

        public static class Scope
        {
            public sealed class Halve
            {
                [return: Shape("B", "2*C", "H", "W/2")]
                public static Tensor Apply([Shape("B", "C", "H", "W")] Tensor x) => cat([x.slice(3, 0, x.shape[3] / 2, 1), x.slice(3, x.shape[3] / 2, x.shape[3], 1)], 1);
            }

            public sealed class Blend
            {
                [return: Shape("B", "C", "2*H", "2*H")]
                public static Tensor Apply([Shape("B", "C", "2*H", "2*H")] Tensor x, [Shape("B")] Tensor level) => x * level.view(-1, 1, 1, 1);
            }
        }

        [Network]
        public sealed partial record Net
        {
            [Conv2d(6, 3, 1)] public partial Layer Out { get; }

            [return: Shape("B", 3, 8, 4)]
            private Value Forward([Shape("B", 3, 8, 8)] Value x, [Shape("B")] Value level) => ((x, level) | Function<Scope.Blend>(), level) | Function<Scope.Blend>() | Function<Scope.Halve>() | Out;
        }
        """;

    [Fact]
    public void Runs_the_function()
    {
        Source.Findings(Halves).ShouldBeEmpty();
        var emitted = Emitted.From(Halves);
        using var store = emitted.NewStore("Net");
        var (x, level) = (OneLayer.Image(3, 8), tensor(new[] { 2f, 3f }));
        var dim = x * level.view(2, 1, 1, 1) * level.view(2, 1, 1, 1);
        var folded = cat([dim.narrow(3, 0, 4), dim.narrow(3, 4, 4)], 1);
        var wanted = nn.functional.conv2d(folded, store["Out.weight"], store["Out.bias"]);
        using var module = emitted.NewModule("Net", store);
        Emitted.Forward(module, x, level)[0].allclose(wanted).ShouldBeTrue();
        Emitted.Forward(module, x, level)[0].allclose(wanted).ShouldBeTrue();
    }

    [Fact]
    public void The_network_is_checked_against_its_contract()
    {
        Source.Diagnose(Halves.Replace("[Conv2d(6, 3, 1)]", "[Conv2d(3, 3, 1)]")).Single().ShouldStartWith(
            "CM2001 at 'Out': 'Out' expects channels 3 but 'halve' [B, 6, 8, 4] has 6. 'Function<Scope.Halve>()' made it 6. It fits with input = 6 on 'Out'.");
        Source.Diagnose(Halves.Replace("(x, level) | Function", "(level, level) | Function")).Single().ShouldStartWith("CM2005 at 'Function<Scope.Blend>()': 'Function<Scope.Blend>()' takes [B, C, 2*H, 2*H] but 'level' is [B]");
        Source.Diagnose(Halves.Replace("\"W/2\"", "\"Z\"")).ShouldContain(finding => finding.StartsWith("CM1009", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[return: Shape(\"B\", \"2*C\", \"H\", \"W/2\")]\n", "")]
    [InlineData("public static Tensor Apply([Shape(\"B\", \"C\", \"H\", \"W\")] Tensor x)", "public static Tensor Apply([Shape(\"B\", \"C\", \"H\", \"W\")] float[] x)")]
    [InlineData("public static Tensor Apply([Shape(\"B\", \"C\", \"H\", \"W\")]", "internal static Tensor Apply([Shape(\"B\", \"C\", \"H\", \"W\")]")]
    public void A_function_without_contract_is_refused(string old, string changed)
    {
        Halves.ShouldContain(old.TrimEnd('\n'));
        Source.Diagnose(Halves.Replace(old.TrimEnd('\n'), changed)).ShouldBe(
            ["CM2013 at 'Function<Scope.Halve>()': 'Function<Scope.Halve>()' needs 'public static Tensor Apply(Tensor x)' in 'Halve', with one to three inputs and a [Shape] on each of them and on the result"]);
    }

    [Theory]
    [InlineData("\"H\", \"W/2\")]", "\"H/2\", \"W\")]", "Halve.Apply returned [2, 6, 8, 4], but its [Shape] promises [2, 6, 4, 8]")]
    [InlineData("x * level.view(-1, 1, 1, 1)", "x.flatten(2)", "Blend.Apply returned [2, 3, 64], but its [Shape] promises [2, 3, 8, 8]")]
    public void A_broken_promise_is_told_on_the_first_result(string old, string changed, string message)
    {
        Halves.ShouldContain(old);
        var emitted = Emitted.From(Halves.Replace(old, changed).Replace("\"B\", 3, 8, 4)]", changed.Contains("H/2") ? "\"B\", 3, 4, 8)]" : "\"B\", 3, 8, 4)]"));
        using var store = emitted.NewStore("Net");
        using var module = emitted.NewModule("Net", store);
        Should.Throw<ArgumentException>(() => Emitted.Forward(module, OneLayer.Image(3, 8), ones(2))).Message.ShouldBe($"Net: {message}: change the function or its [Shape] (CM2013).");
    }
}
