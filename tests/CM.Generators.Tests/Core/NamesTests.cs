using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Generators.Tests;

/// <summary>Every name that C# accepts in a declaration is one that its generated code can bear.</summary>
public sealed class NamesTests
{
    // Every kind of declared name, each written as #number.
    private const string Parts = """
        namespace @#0.@#1;
        using CM.Dsl;

        public static partial class @#2
        {
            [Network]
            public sealed partial record @#3(int @#4, int @#5)
            {
                [Linear(nameof(@#4), nameof(@#5))] public partial Layer @#6 { get; }
                [Linear(nameof(@#5), nameof(@#5)), Repeat(2)] public partial Layer @#7 { get; }
                private const int @#9 = 2;

                [return: Shape("B", nameof(@#5))]
                private Value Forward([Shape("B", nameof(@#4))] Value @#10)
                {
                    var @#11 = @#10 | @#6;
                    var @#12 = @#11 | @#7 | Function<@#8>() | Scale(@#9);
                    return @#11 + @#12;
                }
            }
        }

        public sealed class @#8
        {
            [return: Shape("B", "N")]
            public static TorchSharp.torch.Tensor Apply([Shape("B", "N")] TorchSharp.torch.Tensor x) => x.relu();
        }

        [Network]
        public sealed partial record @#13 : IDenoiser
        {
            [FourierEmbedding(8)] public partial Layer @#14 { get; }
            [Linear(8, 2)] public partial Layer @#15 { get; }
            [Block<@#2.@#3>(2, 2)] public partial Layer @#16 { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value @#17, [Shape("B")] Value @#18) => (@#17 | @#16) + (@#18 | @#14 | @#15);
        }

        [Network]
        public sealed partial record @#19
        {
            [Linear(2, 2)] public partial Layer @#20 { get; }
            [Block<@#2.@#3>(2, 2), Repeat(2)] public partial Layer @#21 { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x) => (x | @#20, x | @#21);
        }

        [Network]
        public sealed partial record @#58
        {
            [DdpmPlusPlus(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1])] public partial Layer @#59 { get; }

            [return: Shape("B", 3, 16, 16)]
            private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B")] Value level) => (x, level) | @#59;
        }

        [Coupling]
        public sealed partial record @#22
        {
            [Block<@#19>] public partial Layer @#23 { get; }
            [KlToStandardNormal(30)] public partial Layer @#24 { get; }
            [Model(Weights.Student)] public partial Layer @#25 { get; }
            [Bernoulli(0.5)] public partial Layer @#26 { get; }

            private Pair Couple(Value @#27, Value @#28, TimePair @#29)
            {
                var (@#30, @#31) = @#27 | @#23;
                var @#32 = @#30 + @#31 * @#28;
                var @#33 = (@#27 + @#29.T * @#28, @#29.T) | @#25;
                return new Pair(@#27, @#26.Select(@#32, @#33 + 0.5 * @#28)) { Regularization = (@#30, @#31) | @#24 };
            }
        }

        [Coupling]
        public sealed partial record @#34
        {
            [Nested<@#22>] public partial Layer @#35 { get; }

            private Pair Couple(Value @#36, Value @#37)
            {
                var (@#38, @#39) = (@#36, 0.9 * @#37) | @#35;
                return new Pair(@#38, @#39);
            }
        }

        [TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
        public sealed partial record @#40 : ITimeSchedule
        {
            private const double @#41 = 2;
            public static double Alpha(double @#42) => 1;
            public static double Sigma(double @#43) => @#43;
            public static double TeacherTime(double @#44, int @#45)
            {
                var @#46 = @#47(@#44) + @#45;
                return @#46 > @#41 ? @#44 / (1 + @#46 * @#46) : @#44 / @#41;
            }

            private static double @#47(double @#48) => @#48 * @#48 + 1;
        }

        [Shape(1, 4, 4), Classes(10)]
        public sealed class @#49 : IDataSource;

        [Shape(2)]
        public sealed class @#57 : IDataSource;

        [Network, Classifier<@#49, @#49>]
        public sealed partial record @#50
        {
            [RmsNorm(4)] public partial Layer @#51 { get; }
            [Linear(16, 4)] public partial Layer @#52 { get; }
            [Linear(4, 10)] public partial Layer @#53 { get; }

            [return: Shape("B", 4), Shape("B", 10)]
            private Value Forward([Shape("B", 1, 4, 4)] Value x)
            {
                var @#54 = x | @#51 | Flatten | @#52;
                return (@#54, @#54 | @#53);
            }
        }
        """;

    private const string Experiments = """

        [Experiment(Steps = 3, Batch = 8, Seed = 1), Data<@#57>, Model<@#13>, Coupling<@#22>, Schedule<@#40>, PseudoHuber(0.01), RAdam(3e-4), Ema(0.999), MultistepSampler(80, 2)]
        public partial record @#55;

        [Experiment, Coupling<@#34>, InitFrom<@#55>]
        public sealed partial record @#56 : @#55;
        """;

    // Every kind of record once, each under #name.
    private const string Records = """
        [Network]
        public sealed partial record #Net
        {
            [DdpmPlusPlus(16, 1, 16, ChannelMult = [1], NumBlocks = [1])] public partial Layer Inner { get; }
            [DdpmPlusPlus(16, 1, 16, ChannelMult = [1], NumBlocks = [1])] public partial Layer INNER { get; }

            [return: Shape("B", 1, 16, 16)]
            private Value Forward([Shape("B", 1, 16, 16)] Value x, [Shape("B")] Value level) => ((x, level) | Inner, level) | INNER;
        }

        [Coupling]
        public sealed partial record #Noise
        {
            [Block<#Encoder>] public partial Layer Encoder { get; }
            [Block<#Encoder>] public partial Layer encoder { get; }
            [Bernoulli(0.5)] public partial Layer Pair { get; }
            [Bernoulli(0.5)] public partial Layer where { get; }

            private Pair Couple(Value data, Value noise) => new(data, Pair.Select(data | Encoder, noise + where.Select(data | encoder, noise)));
        }

        [Network]
        public sealed partial record #Encoder
        {
            [Linear(2, 2)] public partial Layer Only { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x) => x | Only;
        }

        [Network]
        public sealed partial record #Planar : IDenoiser
        {
            [FourierEmbedding(8)] public partial Layer TimeEmbedding { get; }
            [Linear(8, 2)] public partial Layer Level { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => x + (level | TimeEmbedding | Level);
        }

        [TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
        public sealed partial record #Times : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.5 * t;
        }

        [Network, Classifier<Mnist, MnistTest>]
        public sealed partial record #Judge : IClassifier
        {
            [Linear(784, 10)] public partial Layer Decide { get; }

            [return: Shape("B", 784), Shape("B", 10)]
            private Value Forward([Shape("B", 1, 28, 28)] Value image) => (image | Flatten, image | Flatten | Decide);
        }

        [Experiment(Steps = 3, Batch = 8, Seed = 1), Data<TwoMoons>, Model<#Planar>, Coupling<#Noise>, Schedule<#Times>, PseudoHuber(0.01), RAdam(3e-4), MultistepSampler(80)]
        public sealed partial record #Exp;

        """;

    private const int Names = 60;

    /// <summary>A keyword at one place, and the others in turn at the other places.</summary>
    [Theory]
    [InlineData("event", 3)]
    [InlineData("field", 4)]
    [InlineData("partial", 2)]
    [InlineData("required", 13)]
    [InlineData("where", 46)]
    public void Any_declared_name_can_be_a_keyword(string word, int place)
    {
        var source = Named(Parts + Experiments, word, place);
        Source.Diagnose(source).ShouldBeEmpty();
        Source.Generate(source, out var output);
        Emit(output);
        string[] comments = ["CS1570", "CS1571", "CS1572", "CS1574", "CS1580", "CS1584", "CS1658", "CS1734"];
        output.RemoveAllSyntaxTrees().AddSyntaxTrees(output.SyntaxTrees.Select(tree =>
                CSharpSyntaxTree.ParseText(tree.GetText(), ((CSharpParseOptions)tree.Options).WithDocumentationMode(DocumentationMode.Diagnose), tree.FilePath)))
            .GetDiagnostics().Where(found => comments.Contains(found.Id)).ShouldBeEmpty();
    }

    /// <summary>Contracts of networks and bodies of couplings are published as text and read again.</summary>
    [Fact]
    public void Any_name_of_another_assembly_can_be_a_keyword()
    {
        Source.Generate("Library", [Named(Parts, "event", 28)], out var library);
        Source.Generate("Program", [Named("namespace Test;\nusing CM.Dsl;\nusing @#0.@#1;\n" + Experiments, "event", 28)], out var program,
            MetadataReference.CreateFromImage(Emit(library)));
        Emit(program);
    }

    [Fact]
    public void Forward_is_written_with_names_that_are_keywords() =>
        LightBulb.Apply("""
            [Network]
            public sealed partial record Net
            {
                [Linear(2, 3)] public partial Layer @in { get; }
                [Linear(3, 2)] public partial Layer Out { get; }
            }
            """, "Write Forward").ShouldContain("=> x | @in | Out;");

    [Fact]
    public void Names_that_differ_in_case_have_files_of_their_own()
    {
        string[] names = ["Net", "Noise", "Encoder", "Planar", "Times", "Judge", "Exp"];
        var (once, capitals) = (Records.Replace("#", ""), names.Aggregate(Records, (text, name) => text.Replace("#" + name, name.ToUpperInvariant())));
        var alone = Source.Generate(once);
        var both = Source.Generate(once + capitals);
        var files = both.Where(file => file.Key.Contains('/')).ToDictionary();
        files.Count.ShouldBe(2 * alone.Keys.Count(name => name.Contains('/')));
        files.Keys.DistinctBy(name => name.ToUpperInvariant()).Count().ShouldBe(files.Count);
        Source.Generate(capitals + once).Where(file => file.Key.Contains('/')).ToDictionary().ShouldBe(files, ignoreOrder: true);

        foreach (var (file, text) in alone.Where(file => file.Key.Contains('/') && !file.Key.Contains("INNER")))
            files[file].ShouldBe(text, "the name stays, whatever else is declared");
        files.Keys.ShouldContain("Networks/Test.NET-2.g.cs");
        files.Keys.Where(name => name.Contains("inner", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ShouldBe(
            ["Networks/Test.NET.INNER-4.g.cs", "Networks/Test.NET.Inner-3.g.cs", "Networks/Test.Net.INNER-2.g.cs", "Networks/Test.Net.Inner.g.cs"]);
    }

    [Fact]
    public void A_generic_record_and_one_inside_a_generic_type_work()
    {
        Source.Generate("""
            public static partial class Around<T>
            {
                [Network]
                public sealed partial record Inner(int Width)
                {
                    [Linear(nameof(Width), 2)] public partial Layer Only { get; }

                    [return: Shape("B", 2)]
                    private Value Forward([Shape("B", nameof(Width))] Value x) => x | Only;
                }
            }

            [Network]
            public sealed partial record Net<T> : IDenoiser
            {
                [FourierEmbedding(8)] public partial Layer TimeEmbedding { get; }
                [Linear(8, 2)] public partial Layer Level { get; }
                [Block<Around<int>.Inner>(2)] public partial Layer In { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => (x | In) + (level | TimeEmbedding | Level);
            }

            [TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
            public sealed partial record Halved<T> : ITimeSchedule
            {
                public static double Alpha(double t) => 1;
                public static double Sigma(double t) => t;
                public static double TeacherTime(double t, int stage) => 0.5 * t;
            }

            [Coupling]
            public sealed partial record Noise<T>
            {
                [Block<Around<int>.Inner>(2)] public partial Layer Encoder { get; }

                private Pair Couple(Value data, Value noise) => new(data, noise + (data | Encoder));
            }

            [Experiment(Steps = 3, Batch = 8, Seed = 1), Data<TwoMoons>, Model<Net<int>>, Coupling<Noise<System.Guid>>, Schedule<Halved<string>>, PseudoHuber(0.01), RAdam(3e-4), MultistepSampler(80)]
            public partial record Exp;
            """, out var output);
        Emit(output);
    }

    /// <summary>Internal types are seen by assemblies that are declared friends, and classes of one name would clash there.</summary>
    [Fact]
    public void Friends_see_no_class_that_both_have()
    {
        const string Friends = "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Program\")]\nnamespace Library;\nusing CM.Dsl;\n";
        const string Program = "namespace Test;\nusing CM.Dsl;\n[Experiment(Steps = 4)] public sealed partial record More : Library.Exp;\n"
            + "public static class Main { public static object All => CM.Generated.Declarations.All; }";
        Source.Generate("Library", [Friends + Records.Replace("#", "").Replace("sealed partial record Exp", "partial record Exp")], out var library);
        foreach (var reference in new[] { library.ToMetadataReference(), (MetadataReference)MetadataReference.CreateFromImage(Emit(library)) })
        {
            Source.Generate("Program", [Program], out var program, reference);
            Emit(program);
        }
    }

    [Fact]
    public void Lists_of_assemblies_with_similar_names_differ()
    {
        Source.Generate("Some.Library", ["namespace A;\nusing CM.Dsl;\n" + Records.Replace("#", "")], out var first);
        Source.Generate("Some_Library", ["namespace B;\nusing CM.Dsl;\n" + Records.Replace("#", "")], out var second);
        Source.Generate("Program", ["namespace Test;\npublic static class Main { public static object All => CM.Generated.Declarations.All; }"], out var program,
            first.ToMetadataReference(), second.ToMetadataReference());
        Emit(program);
    }

    private static byte[] Emit(Compilation compilation)
    {
        using var image = new MemoryStream();
        compilation.Emit(image).Success.ShouldBeTrue();
        return image.ToArray();
    }

    // Something called 'var' or 'nameof' takes the meaning of the word away from all code near it, the declarations themselves included.
    private static string Named(string text, string word, int place)
    {
        string[] words = [.. SyntaxFacts.GetReservedKeywordKinds().Concat(SyntaxFacts.GetContextualKeywordKinds()).Select(SyntaxFacts.GetText)
            .Where(each => each is not ("var" or "nameof") && each.All(char.IsLetter)).Distinct().Order(StringComparer.Ordinal)];
        var turn = Array.IndexOf(words, word) + 7 * (words.Length - place);
        string[] names = [.. Enumerable.Range(0, Names).Select(i => words[(7 * i + turn) % words.Length])];
        names.ShouldBeUnique();
        names[place].ShouldBe(word);
        return Enumerable.Range(0, Names).Reverse().Aggregate(text, (named, i) => named.Replace($"@#{i}", "@" + names[i]));
    }
}
