using CM.Generators.Schedules;

namespace CM.Generators.Experiments.Axes.Losses;

internal sealed class L2 : LossKind
{
    public override string Example => "[L2]";

    public override string Offer => Name;

    public override string Describe(AxisPlan loss) => "squared Euclidean distance";

    public override string Formula(AxisPlan loss) => "d(a, b) = ‖a − b‖²";

    public override IEnumerable<(string Statement, string Remark)> Write(AxisPlan loss, string difference, string flat) =>
        [($"var distance = ({difference}).square(){flat}.sum(1);", "[B]")];
}
