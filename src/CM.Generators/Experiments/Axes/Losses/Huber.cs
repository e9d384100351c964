using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Losses;

internal sealed class Huber : LossKind
{
    public override string Example => "[Huber(delta)]";

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Positive("delta").First()];

    public override string Describe(AxisPlan loss) => $"Huber, delta = {Number(loss["delta"])}";

    public override string Formula(AxisPlan loss) => $"d(a, b) = Σ m·(|aᵢ − bᵢ| − m/2) with m = min(|aᵢ − bᵢ|, δ) and δ = {Number(loss["delta"])}";

    public override IEnumerable<(string Statement, string Remark)> Write(AxisPlan loss, string difference, string flat) =>
    [
        Constant("Delta", loss["delta"]),
        ($"var absolute = ({difference}).abs();", ""),
        ("var slope = absolute.clamp_max(Delta);", "d²/2 below δ, linear beyond"),
        ($"var distance = (slope * (absolute - 0.5 * slope)){flat}.sum(1);", "[B]"),
    ];
}
