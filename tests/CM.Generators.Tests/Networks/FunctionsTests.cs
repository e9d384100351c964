using Microsoft.CodeAnalysis;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Calls of <c>CM.Dsl.Functions</c>: how they are read, what is said about them, and that C#'s own errors suffice.</summary>
public sealed class FunctionsTests
{
    private const string Half = """
        public static class Sizes
        {
            public const int Half = 12;
        }

        [Network]
        public sealed partial record Net(int Width)
        {
            private const int Twice = 2;
            private const double Small = 0.5;

            [Conv2d(nameof(Width), nameof(Width), 3)] public partial Layer Conv1 { get; }

            [return: Shape("B", "Width/2", "2*H", "2*W")]
            private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x) =>
                x | Conv1 | SiLU | SliceChannels(Width - Width / 2, count: Width / 2) | Upsample(Twice) | Scale(Small);
        }

        """;

    [Fact]
    public void Nothing_is_declared_for_them_and_they_stand_in_the_order_of_the_flow()
    {
        Source.Findings(Half).ShouldBeEmpty();
        var text = Source.Generate(Half)["Networks/Test.Net.g.cs"];
        text.Split('\n').Count(line => line.Contains("public partial Layer ")).ShouldBe(1);
        var list = text[(text.IndexOf("ListLayers() =>", StringComparison.Ordinal))..];
        list[..list.IndexOf("];", StringComparison.Ordinal)].Split('\n').Select(line => line.Trim().Split("\", ")[0]).ShouldBe(
            ["ListLayers() =>", "[", "Conv1,", "new(\"SiLU", "new(\"SliceChannels(Width-Width/2, count: Width/2)", "new(\"Upsample(Twice)", "new(\"Scale(Small)", ""]);
        text.ShouldContain("""new("Upsample(Twice)", "Upsample 2", $"[B, {""");
        text.ShouldContain("""new("Scale(Small)", "Scale by 0.5", """);
        text.ShouldContain("/// SiLU ");
    }

    [Fact]
    public void Sizes_over_parameters_are_computed_when_it_runs()
    {
        var emitted = Emitted.From(Half);
        using var store = emitted.NewStore("Net", 1, 5);
        using var module = emitted.NewModule("Net", store, 5);
        var x = OneLayer.Image(5, 4);
        var turned = nn.functional.silu(nn.functional.conv2d(x, store["Conv1.weight"], store["Conv1.bias"], padding: [1, 1]));
        Emitted.Forward(module, x)[0].allclose(turned.narrow(1, 3, 2).repeat_interleave(2, 2).repeat_interleave(2, 3) * 0.5).ShouldBeTrue();
    }

    /// <summary>What is the same to C# is the same to the generator.</summary>
    [Theory]
    [InlineData("Upsample(2)", "Upsample(factor: 2)")]
    [InlineData("Upsample(2)", "CM.Dsl.Functions.Upsample(1 + 1)")]
    [InlineData("Scale(0.5)", "Scale(1.0 / 2)")]
    [InlineData("Scale(-3)", "Scale(-(double)3)")]
    [InlineData("SliceChannels(0, 12)", "SliceChannels(count: Sizes.Half, from: 0)")]
    [InlineData("FirUpsample(1, 3, 3, 1)", "FirUpsample([1, 3, 3, 1], padding: 1)")]
    [InlineData("FirUpsample(1, 3, 3, 1)", "FirUpsample(new[] { 1, 3, 3, 1 })")]
    [InlineData("Clamp(10)", "Clamp(10.0)")]
    public void Numbers_are_constant_expressions(string plain, string other)
    {
        var channels = plain.StartsWith("Slice", StringComparison.Ordinal) ? 12 : 24;
        var side = plain.Contains("sample", StringComparison.OrdinalIgnoreCase) ? 2 : 1;
        Written(other).ShouldBe(Written(plain));

        string Written(string call) => Source.Generate(Half + OneLayer.Declare(call, "\"B\", 24, 8, 8", $"\"B\", {channels}, {8 * side}, {8 * side}").Replace("record Net", "record Other"))["Networks/Test.Other.g.cs"]
            .Split('\n').Single(line => line.TrimStart().StartsWith("var ", StringComparison.Ordinal) && line.Contains("(x") || line.Contains("= x")).Trim();
    }

    [Fact]
    public void A_member_of_the_record_comes_before_a_function()
    {
        const string Own = """
            [Network]
            public sealed partial record Net
            {
                [Linear(4, 4)] public partial Layer SiLU { get; }

                [return: Shape("B", 4)]
                private Value Forward([Shape("B", 4)] Value x) => x | SiLU | Functions.SiLU;
            }
            """;
        Source.Findings(Own).ShouldBeEmpty();
        var text = Source.Generate(Own)["Networks/Test.Net.g.cs"];
        text.ShouldContain("Fused.Linear(x, siLUWeight, siLUBias)");
        text.ShouldContain("functional.silu(siLU)");
        text.ShouldContain("""new("Functions.SiLU", "SiLU", "[B, 4]", "[B, 4]", 0)""");
    }

    /// <summary>The C# compiler refuses these; a second message would only repeat it.</summary>
    [Theory]
    [InlineData("Upsampel(2)")]
    [InlineData("Upsample()")]
    [InlineData("Upsample(2, 3)")]
    [InlineData("Upsample(2.5)")]
    [InlineData("Upsample(\"2\")")]
    [InlineData("Upsample(two)")]
    [InlineData("Upsample(side: 2)")]
    [InlineData("Upsample")]
    [InlineData("SiLU(2)")]
    [InlineData("Scale(null)")]
    [InlineData("Scale(true)")]
    [InlineData("Conv1(2)")]
    [InlineData("Function<Missing>()")]
    [InlineData("Function()")]
    [InlineData("Functions.Upsampel(2)")]
    public void What_the_compiler_refuses_is_said_once(string call)
    {
        var source = Half.Replace("Upsample(Twice)", call);
        Source.Compile(source).GetDiagnostics().ShouldContain(complaint => complaint.Severity == DiagnosticSeverity.Error && complaint.Id != "CS9248");
        Source.Findings(source).ShouldBeEmpty();
        Source.Generate(source, compiles: false)["Networks/Test.Net.g.cs"].ShouldContain("does not fit together");
    }

    [Theory]
    [InlineData("Upsample(1)", "CM1008 at '1': 'factor' of 'Upsample(1)' must be 2 or more")]
    [InlineData("Upsample(factor: Twice - 1)", "CM1008 at 'factor: Twice - 1': 'factor' of 'Upsample(factor: Twice-1)' must be 2 or more")]
    [InlineData("Clamp(-Small)", "CM1008 at '-Small': 'bound' of 'Clamp(-Small)' must be above 0")]
    [InlineData("PixelShuffle(5)", "CM2007 at '5': 25 (factor² of 'PixelShuffle(5)') does not divide its 24 channels.")]
    [InlineData("SliceChannels(20, 5)", "CM2008 at 'SliceChannels(20, 5)': 'SliceChannels(20, 5)' leaves nothing of 'x' [B, 24, 8, 8]: its channels is only 24")]
    [InlineData("Upsample(Steps)", "CM1010 at 'Steps': 'Steps' is not a size")]
    [InlineData("Scale(Steps)", "CM1003 at 'Steps': Forward cannot express 'Steps' as factor of 'Scale(Steps)'; it takes a constant")]
    [InlineData("Make()", "CM1003 at 'Make()': Forward cannot express what stands right of '|'; it takes a layer or a function")]
    public void A_wrong_number_is_found_where_it_stands(string call, string finding) => Source.Diagnose($$"""
        [Network]
        public sealed partial record Net
        {
            private const int Twice = 2;
            private const double Small = 0.5;

            private static int Steps => 3;

            [return: Shape("B", 24, 8, 8)]
            private Value Forward([Shape("B", 24, 8, 8)] Value x) => x | {{call}};

            private static Layer Make() => SiLU;
        }
        """).ShouldHaveSingleItem().ShouldStartWith(finding);

    private const string Twins = """
        [Network]
        public sealed partial record Net
        {
            [Conv2d(3, 8, 3)] public partial Layer In { get; }
            [Conv2d(8, 3, 3)] public partial Layer Out { get; }

            [return: Shape("B", 3, 24, 24), Shape("B", 8, 16, 16)]
            private Value Forward([Shape("B", 3, 8, 8)] Value x)
            {
                var seen = x | In;
                return (seen | Upsample(2) | Out, seen | Upsample(2));
            }
        }

        """;

    /// <summary>Two calls that read alike are two: the number of one is set, the other stays.</summary>
    [Theory]
    [InlineData("3, 24, 24), Shape(\"B\", 8, 16, 16)", "(seen | Upsample(3) | Out, seen | Upsample(2))")]
    [InlineData("3, 16, 16), Shape(\"B\", 8, 24, 24)", "(seen | Upsample(2) | Out, seen | Upsample(3))")]
    public void The_number_of_one_call_is_set(string shapes, string mended)
    {
        var source = Twins.Replace("3, 24, 24), Shape(\"B\", 8, 16, 16)", shapes);
        var after = LightBulb.Apply(source, "Set factor = 3 on 'Upsample(2)'");
        after.ShouldEndWith(source.Replace("(seen | Upsample(2) | Out, seen | Upsample(2))", mended));
        Source.Diagnose(after).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Unflatten(2, 4, 8)", "\"B\", 128", "Set axes = 16 on 'Unflatten(2, 4, 8)'", "Unflatten(2, 4, 16)", "2, 4, 16")]
    [InlineData("SliceChannels(from: 0, count: 2)", "\"B\", 4", "Set count = 4 on 'SliceChannels(from: 0, count: 2)'", "SliceChannels(from: 0, count: 4)", "4")]
    [InlineData("PositionalEmbedding(channels: 8, endpoint: true)", "\"B\"", "Set channels = 16 on 'PositionalEmbedding(channels: 8, endpoint: true)'", "PositionalEmbedding(channels: 16, endpoint: true)", "16")]
    public void A_number_in_a_list_or_by_its_name_is_set(string call, string input, string title, string mended, string output)
    {
        var after = LightBulb.Apply(OneLayer.Declare(call, input, "\"B\", " + output), title);
        after.ShouldContain("| " + mended);
        Source.Diagnose(after).ShouldBeEmpty();
    }

    /// <summary>A coupling has them, too: in training, in the sampler, and where another assembly takes it.</summary>
    [Fact]
    public void A_coupling_calls_functions()
    {
        const string Leaning = """
            [Coupling]
            public sealed partial record Leaning
            {
                private const double Bound = 3;

                private Pair Couple(Value data, Value noise, TimePair times) =>
                    new(data, noise + 0.1 * (data - noise | Clamp(Bound) | Functions.Tanh) + (times.T | Scale(0.01)));
            }

            """;
        const string Experiments = TimesTests.Easy + TimesTests.Linear + ExperimentsTests.Network + ExperimentsTests.Moons;
        const string Leant = "[Experiment, Coupling<Leaning>] public sealed partial record Leant : Moons;";
        Source.Diagnose(Experiments + Leaning + Leant).ShouldBeEmpty();
        var here = Source.Generate(Experiments + Leaning + Leant)["Experiments/Test.Leant.g.cs"];
        here.ShouldContain("var clamp = (data - noise).clamp((Scalar)(-3), (Scalar)3);");
        here.ShouldContain("functional.tanh(clamp);");
        here.ShouldContain("t.to(float32) * 0.01;");

        Source.Generate("Library", ["namespace Library;\nusing CM.Dsl;\n" + Leaning], out var library);
        using var image = new MemoryStream();
        library.Emit(image).Success.ShouldBeTrue();
        var there = Source.Generate("App", ["using CM.Dsl;\nusing Library;\nusing static System.Math;\nnamespace Test;\n" + Experiments + Leant], out _, MetadataReference.CreateFromImage(image.ToArray()));
        there["Experiments/Test.Leant.g.cs"].ShouldBe(here);
    }

    [Fact]
    public void A_function_of_ones_own_belongs_into_a_network() => Source.Diagnose("""
        [Coupling]
        public sealed partial record Turned
        {
            private Pair Couple(Value data, Value noise) => new(data, noise | Function<Turned>());
        }
        """).ShouldBe(["CM3004 at 'Function<Turned>()': 'Function<Turned>()' cannot stand here: a function of your own belongs into a network; use that as a block"]);

    /// <summary>Every member can be read, and every kind of layer that is no attribute is a member.</summary>
    [Fact]
    public void Every_function_has_its_rule()
    {
        var functions = typeof(CM.Dsl.Functions).GetMembers(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static).Where(member => member is not System.Reflection.MethodInfo { IsSpecialName: true }).Select(member => member.Name).Distinct().ToArray();
        functions.Where(name => Networks.LayerKind.Find(name) is null).ShouldBe(["Function"]);
        var kinds = typeof(Networks.LayerKind).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Networks.LayerKind)) && !type.IsAbstract).Select(type => type.Name);
        kinds.Where(kind => typeof(CM.Dsl.Functions).Assembly.GetType($"CM.Dsl.{kind}Attribute") is null).ShouldBe(functions.Except(["Function"]), ignoreOrder: true);
    }
}
