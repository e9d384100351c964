namespace CM.Generators.Experiments.Axes.Optimizers;

internal sealed class AdamW : Adam
{
    protected override double UsualDecay => 0.01;
}
