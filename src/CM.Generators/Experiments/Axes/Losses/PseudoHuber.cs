using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Losses;

/// <summary>With c = 0 the Euclidean distance, or the sum of absolute differences, whose gradients at 0 are 0.</summary>
internal sealed class PseudoHuber : LossKind
{
    public override string Example => "[PseudoHuber(c)]";

    public override string Offer => "PseudoHuber(0.01)";

    public override bool IsUsual => true;

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.NonNegative("c").First(), AxisArgument.Flag("PerElement")];

    public override string Describe(AxisPlan loss) => (loss["c"], loss.Is("PerElement")) switch
    {
        (0, true) => "absolute differences, summed",
        (0, _) => "Euclidean distance",
        var (c, perElement) => $"pseudo-Huber, c = {Number(c)}{(perElement ? ", of every element" : "")}",
    };

    public override string Formula(AxisPlan loss) => (loss["c"], loss.Is("PerElement")) switch
    {
        (0, true) => "d(a, b) = Σ|aᵢ − bᵢ|",
        (0, _) => "d(a, b) = ‖a − b‖",
        (var c, true) => $"d(a, b) = Σ(√((aᵢ − bᵢ)² + c²) − c) and c = {Number(c)}",
        var (c, _) => $"d(a, b) = √(‖a − b‖² + c²) − c and c = {Number(c)}",
    };

    public override IEnumerable<(string Statement, string Remark)> Write(AxisPlan loss, string difference, string flat) => (loss["c"], loss.Is("PerElement")) switch
    {
        (0, true) => [($"var distance = ({difference}).abs(){flat}.sum(1);", "[B]")],
        (0, _) => [($"var distance = ({difference}){flat}.norm(1);", "[B], along axis 1; its gradient at 0 is 0")],
        (var c, true) => [Constant("C", c), ($"var distance = ((({difference}).square() + C * C).sqrt() - C){flat}.sum(1);", "[B]")],
        var (c, _) => [Constant("C", c), ($"var distance = (({difference}).square(){flat}.sum(1) + C * C).sqrt() - C;", "[B]")],
    };
}
