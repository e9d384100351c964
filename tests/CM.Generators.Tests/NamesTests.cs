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
                [Linear(nameof(@#4), nameof(@#5))] public partial Part @#6 { get; }
                [Linear(nameof(@#5), nameof(@#5)), Repeat(2)] public partial Part @#7 { get; }
                [Custom<@#8>] public partial Part @#9 { get; }

                [return: Shape("B", nameof(@#5))]
                private Flow Forward([Shape("B", nameof(@#4))] Flow @#10)
                {
                    var @#11 = @#10 | @#6;
                    var @#12 = @#11 | @#7 | @#9;
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
            [Fourier(8)] public partial Part @#14 { get; }
            [Linear(8, 2)] public partial Part @#15 { get; }
            [Block<@#2.@#3>(2, 2)] public partial Part @#16 { get; }

            [return: Shape("B", 2)]
            private Flow Forward([Shape("B", 2)] Flow @#17, [Shape("B")] Flow @#18) => (@#17 | @#16) + (@#18 | @#14 | @#15);
        }

        [Network]
        public sealed partial record @#19
        {
            [Linear(2, 2)] public partial Part @#20 { get; }
            [Block<@#2.@#3>(2, 2), Repeat(2)] public partial Part @#21 { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Flow Forward([Shape("B", 2)] Flow x) => (x | @#20, x | @#21);
        }

        [Network]
        public sealed partial record @#58
        {
            [DdpmPlusPlus(16, 3, 16, Multipliers = [1, 2], Blocks = [1])] public partial Part @#59 { get; }

            [return: Shape("B", 3, 16, 16)]
            private Flow Forward([Shape("B", 3, 16, 16)] Flow x, [Shape("B")] Flow level) => (x, level) | @#59;
        }

        [Coupling]
        public sealed partial record @#22
        {
            [Block<@#19>] public partial Part @#23 { get; }
            [KlToStandardNormal(30)] public partial Part @#24 { get; }
            [Model(Weights.Online)] public partial Part @#25 { get; }
            [Coin(0.5)] public partial Part @#26 { get; }

            private Pair Couple(Flow @#27, Flow @#28, Times @#29)
            {
                var (@#30, @#31) = @#27 | @#23;
                var @#32 = @#30 + @#31 * @#28;
                var @#33 = (@#27 + @#29.Later * @#28, @#29.Later) | @#25;
                return new Pair(@#27, @#26.Choose(@#32, @#33 + 0.5 * @#28)) { Penalty = (@#30, @#31) | @#24 };
            }
        }

        [Coupling]
        public sealed partial record @#34
        {
            [Pairing<@#22>] public partial Part @#35 { get; }

            private Pair Couple(Flow @#36, Flow @#37)
            {
                var (@#38, @#39) = (@#36, 0.9 * @#37) | @#35;
                return new Pair(@#38, @#39);
            }
        }

        [TimeSchedule(from: 0.002, to: 80), LogNormal(mean: -1.1, deviation: 2.0)]
        public sealed partial record @#40 : ITimeSchedule
        {
            private const double @#41 = 2;
            public static double Signal(double @#42) => 1;
            public static double Noise(double @#43) => @#43;
            public static double Earlier(double @#44, int @#45)
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
            [Flatten] public partial Part @#51 { get; }
            [Linear(16, 4)] public partial Part @#52 { get; }
            [Linear(4, 10)] public partial Part @#53 { get; }

            [return: Shape("B", 4), Shape("B", 10)]
            private Flow Forward([Shape("B", 1, 4, 4)] Flow x)
            {
                var @#54 = x | @#51 | @#52;
                return (@#54, @#54 | @#53);
            }
        }
        """;

    private const string Experiments = """

        [Experiment(Steps = 3, Batch = 8, Seed = 1), Data<@#57>, Model<@#13>, Coupling<@#22>, Times<@#40>, PseudoHuber(0.01), RAdam(3e-4), Ema(0.999), Sample(80, 2)]
        public partial record @#55;

        [Experiment, Coupling<@#34>, StartFrom<@#55>]
        public sealed partial record @#56 : @#55;
        """;

    // A type of that name takes the meaning of the word away from all code near it, the declarations themselves included.
    private static readonly string[] MeaningLost = ["var", "_"];

    private const int Names = 60;

    public static TheoryData<int> Turns => [.. Enumerable.Range(0, 8).Select(turn => 8 * turn)];

    /// <summary>Each keyword takes the place of several names.</summary>
    [Theory, MemberData(nameof(Turns))]
    public void Any_declared_name_can_be_a_keyword(int turn)
    {
        Source.Diagnose(Named(Parts + Experiments, turn)).ShouldBeEmpty();
        Source.Generate(Named(Parts + Experiments, turn), out var output);
        Emit(output);
    }

    /// <summary>Contracts of networks and bodies of couplings are published as text and read again.</summary>
    [Theory, InlineData(0), InlineData(30)]
    public void Any_name_of_another_assembly_can_be_a_keyword(int turn)
    {
        Source.Generate("Library", [Named(Parts, turn)], out var library);
        var there = Source.Generate("Program", [Named("namespace Test;\nusing CM.Dsl;\nusing @#0.@#1;\n" + Experiments, turn)], out _, MetadataReference.CreateFromImage(Emit(library)));
        Source.Generate(Named(Parts + Experiments, turn), out var here);
        there.Keys.ShouldContain("Declarations.g.cs");
    }

    [Fact]
    public void Names_that_differ_in_case_have_files_of_their_own()
    {
    }

    private static byte[] Emit(Compilation compilation)
    {
        using var image = new MemoryStream();
        compilation.Emit(image).Success.ShouldBeTrue();
        return image.ToArray();
    }

    private static string Named(string text, int turn)
    {
        string[] words = [.. SyntaxFacts.GetReservedKeywordKinds().Concat(SyntaxFacts.GetContextualKeywordKinds()).Select(SyntaxFacts.GetText)
            .Where(word => word.All(char.IsLetter)).Except(MeaningLost).Distinct().Order(StringComparer.Ordinal)];
        string[] names = [.. Enumerable.Range(0, Names).Select(i => words[(7 * i + turn) % words.Length])];
        names.ShouldBeUnique();
        return Enumerable.Range(0, Names).Reverse().Aggregate(text, (named, i) => named.Replace($"@#{i}", "@" + names[i]));
    }
}
