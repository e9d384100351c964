using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Generators.Tests;

/// <summary>
/// After an edit in one file, what the others declare comes out as if everything had been read anew; and is not read anew for nothing.
/// </summary>
public sealed class KeystrokeTests
{
    private const string Net = """
        using CM.Dsl;

        namespace Test.Inner
        {
            public partial class Around
            {
                [Network]
                public sealed partial record Net
                {
                    [Linear(Common.Sizes.In, Hidden)]       public partial Layer First  { get; }
                    [Block<Common.Body>(Hidden), Repeat(2)] public partial Layer Middle { get; }
                    [Linear(Hidden, Last)]                  public partial Layer Final  { get; }

                    [return: Shape("B", 3)]
                    private Value Forward([Shape("B", 2)] Value x) => Gain * (x | First | Middle | Final);
                }
            }
        }
        """;

    private const string Sizes = """
        namespace Test.Common
        {
            public static class Sizes { public const int In = Deeper.In; }
            public static class Widths { public const int Hidden = 8; }
            public static class Wider { public const int Hidden = 12; }
        }
        """;

    private const string Usings = "global using static Test.Common.Widths; namespace Test.Common { }";

    private const string Deeper = "namespace Test.Common { public static class Deeper { public const int In = 2; } }";

    private const string Rest = """
        using CM.Dsl;

        namespace Test.Inner
        {
            public partial class Around : Test.Common.Parent
            {
                public sealed partial record Net { private const double Gain = 0.5; }
            }
        }
        """;

    private const string Parent = "namespace Test.Common { public class Parent { public const int Last = 3; } }";

    private const string Body = """
        using CM.Dsl;

        namespace Test.Common
        {
            [Network]
            public sealed partial record Body(int Width)
            {
                [Block<Test.Common.ResidualBlock>(nameof(Width))] public partial Layer Conv1 { get; }

                [return: Shape("B", nameof(Width))]
                private Value Forward([Shape("B", nameof(Width))] Value x) => x + (x | Conv1);
            }
        }
        """;

    private const string Conv1 = """
        using Affine = CM.Dsl.LinearAttribute;
        using CM.Dsl;

        namespace Test.Common
        {
            [Network]
            public sealed partial record ResidualBlock(int Width)
            {
                [Affine(nameof(Width), nameof(Width))] public partial Layer Whole { get; }

                [return: Shape("B", nameof(Width))]
                private Value Forward([Shape("B", nameof(Width))] Value x) => x | Whole;
            }
        }
        """;

    private const string Other = "namespace Test.Common { public static class Other { public const int Number = 1; public static int Half(int a) => a / 2; } }";

    private static readonly string[] Networks = [Net, Sizes, Deeper, Rest, Parent, Body, Conv1, Other, Usings];

    private static readonly string[] Experiments =
        [ExperimentsTests.Network, ExperimentsTests.Moons, ExperimentsTests.Derived, TimesTests.Easy, TimesTests.Linear, Other];

    [Theory]
    [InlineData(Sizes, "Hidden = 8", "Hidden = 16")]
    [InlineData(Deeper, "In = 2", "In = 3")]
    [InlineData(Rest, "Gain = 0.5", "Gain = 0.25")]
    [InlineData(Rest, "Net { ", "Net { private const int Last = 4; ")]
    [InlineData(Rest, "Around : Test.Common.Parent", "Around")]
    [InlineData(Parent, "Last = 3", "Last = 5")]
    [InlineData(Body, "x + (x | Conv1)", "x | Conv1 | Conv1")]
    [InlineData(Body, "return: Shape(\"B\", nameof(Width))", "return: Shape(\"B\", \"2*Width\")")]
    [InlineData(Conv1, "nameof(Width))] public", "nameof(Width), Bias = false)] public")]
    [InlineData(Conv1, "[Network]", "")]
    [InlineData(Other, "class Other {", "class Other { } public static class Widths2 { } } namespace Test.Inner { public static class Common2 { } public static class Deeper { } } namespace Test.Inner.Common { public static class Sizes { public const int In = 7; } public static class Rest {")]
    [InlineData(Usings, "Widths", "Wider")]
    public void A_network_is_what_its_words_mean_now(string file, string before, string after) => ShouldBeAsReadAnew(Networks, file, before, after, "Networks/Test.Inner.Around.Net.g.cs");

    [Theory]
    [InlineData(ExperimentsTests.Network, "private Value Forward", "[Dropout(0.5)] public partial Layer Forget { get; } private Value Forward")]
    [InlineData(ExperimentsTests.Moons, "ClipGradNorm(200)", "ClipGradNorm(100)")]
    [InlineData(ExperimentsTests.Moons, "Steps = 20_000", "Steps = Other.Number")]
    [InlineData(TimesTests.Linear, "To = 80", "To = 90")]
    public void An_experiment_is_what_its_words_mean_now(string file, string before, string after) => ShouldBeAsReadAnew(Experiments, file, before, after, null);

    [Fact]
    public void Files_come_and_go()
    {
        var before = Source.Compile(Networks);
        var driver = Source.NewDriver().RunGenerators(before);
        var without = before.RemoveSyntaxTrees(before.SyntaxTrees[4]);
        Texts(driver = driver.RunGenerators(without)).ShouldBe(Texts(Source.NewDriver().RunGenerators(without)));
        Texts(driver.RunGenerators(before)).ShouldBe(Texts(Source.NewDriver().RunGenerators(before)));
    }

    [Fact]
    public void A_block_of_another_assembly_may_change()
    {
        var before = Source.Compile([.. Networks.Where(file => file != Body && file != Conv1)]);
        var driver = Source.NewDriver().RunGenerators(before.AddReferences(Library(Body)));
        var after = before.AddReferences(Library(Body.Replace("return: Shape(\"B\", nameof(Width))", "return: Shape(\"B\", \"2*Width\")")));
        var now = Texts(driver.RunGenerators(after));
        now.ShouldBe(Texts(Source.NewDriver().RunGenerators(after)));
        now.ShouldNotBe(Texts(driver));

        static MetadataReference Library(string body)
        {
            Source.NewDriver().RunGeneratorsAndUpdateCompilation(Source.Compile(body, Conv1).WithAssemblyName("Library"), out var library, out _);
            using var image = new MemoryStream();
            library.Emit(image).Success.ShouldBeTrue();
            return MetadataReference.CreateFromImage(image.ToArray());
        }
    }

    [Theory]
    [InlineData(Other, "Number = 1", "Number = 12", true)]
    [InlineData(Other, "a / 2", "a / 3", true)]
    [InlineData(Other, "class Other", "class Strange { } public static class Other", true)]
    [InlineData(Other, "namespace Test.Common {", "namespace Test.Common { public static class More { public static int Half(this int a) => a; }", true)]
    [InlineData(Other, "class Other", "class Layer { } public static class Other", false)]
    [InlineData(Other, "namespace Test.Common {", "namespace Elsewhere { public static class Layer { } } namespace Test.Common {", true)]
    [InlineData(Other, "namespace Test.Common {", "namespace Elsewhere.Shape { public static class Strange { } } namespace Test.Common {", false)]
    [InlineData(Other, "namespace Test.Common {", "namespace Test.Common { public static class More { public static int Forward(this int a) => a; }", false)]
    [InlineData(Other, "class Other", "class FunctionAttribute { } public static class Other", true)]
    [InlineData(Other, "class Other", "class BlockAttribute { } public static class Other", false)]
    [InlineData(Other, "namespace Test.Common", "namespace Test.Shape { } namespace Test.Common", false)]
    [InlineData(Deeper, "In = 2", "In = 3", false)]
    [InlineData(Parent, "Last = 3", "Last = 5", false)]
    [InlineData(Conv1, "x | Whole", "x + (x | Whole)", false)]
    public void Only_edits_that_can_concern_a_network_make_it_be_read_anew(string file, string before, string after, bool agrees)
    {
        var compilation = Source.Compile(Networks);
        var known = Declarations.Of(compilation);
        Declarations.Of(Edited(compilation, file, before, after)).Agrees(known, known.Reach(DeclaredFile.Of(compilation.SyntaxTrees[0]), "Net")).ShouldBe(agrees);
    }

    private static void ShouldBeAsReadAnew(string[] files, string file, string before, string after, string? changes)
    {
        var compilation = Source.Compile(files);
        var driver = Source.NewDriver().RunGenerators(compilation);
        var edited = Edited(compilation, file, before, after);
        var incremental = driver.RunGenerators(edited);
        Texts(incremental).ShouldBe(Texts(Source.NewDriver().RunGenerators(edited)));
        Texts(incremental).ShouldNotBe(Texts(driver), "the edit shows nothing");
        if (changes is not null)
            Texts(incremental).GetValueOrDefault(changes).ShouldNotBe(Texts(driver)[changes], "the edit shows nothing in the network");
        Texts(incremental.RunGenerators(compilation)).ShouldBe(Texts(driver));
    }

    private static CSharpCompilation Edited(CSharpCompilation compilation, string file, string before, string after)
    {
        file.ShouldContain(before);
        var tree = compilation.SyntaxTrees.Single(each => each.ToString().EndsWith(file, StringComparison.Ordinal));
        var text = tree.GetText();
        return compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(text.ToString().Replace(before, after))));
    }

    private static Dictionary<string, string> Texts(GeneratorDriver driver) =>
        driver.GetRunResult().Results.SelectMany(result => result.GeneratedSources).ToDictionary(file => file.HintName, file => file.SourceText.ToString());
}
