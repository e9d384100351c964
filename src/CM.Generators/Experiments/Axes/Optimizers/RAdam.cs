namespace CM.Generators.Experiments.Axes.Optimizers;

internal sealed class RAdam : Adam
{
    public override bool IsUsual => true;
}
