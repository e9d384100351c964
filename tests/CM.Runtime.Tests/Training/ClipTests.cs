namespace CM.Runtime.Tests;

public class ClipTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void Gradients_are_scaled_as_torch_scales_them(int index)
    {
        var golden = Golden.Load("clip.json");
        var layout = new ParameterLayout();
        foreach (var (shape, i) in golden.GetProperty("shapes").EnumerateArray().Select((shape, i) => (shape, i)))
            layout.Add($"g{i}", Initializer.Constant(0), [.. shape.EnumerateArray().Select(axis => axis.GetInt64())]);
        using var training = new Clipper(layout);
        foreach (var (spec, i) in layout.Parameters.Select((spec, i) => (spec, i)))
        {
            using var gradient = tensor(golden.GetProperty("gradients")[i].Floats());
            using var shaped = gradient.view(spec.Shape);
            training.Weights[spec.Name].grad!.copy_(shaped);
        }

        training.Clip(golden.GetProperty("bounds")[index].GetDouble());

        training.GradientNorm.ShouldBe(golden.GetProperty("norms")[index].GetDouble(), tolerance: 1e-5);
        foreach (var (spec, i) in layout.Parameters.Select((spec, i) => (spec, i)))
            training.Weights[spec.Name].grad!.Floats().ShouldMatch(golden.GetProperty("clipped")[index][i].Floats());
    }

    private sealed class Clipper(ParameterLayout layout) : StubTrainer(Tiny.Setup(), layout, [])
    {
        public void Clip(double bound) => ClipGradients(bound);

    }
}
