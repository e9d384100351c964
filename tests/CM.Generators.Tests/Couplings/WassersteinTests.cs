using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>The Wasserstein regularization: its value beside the distance's definition, and what is said about mistakes.</summary>
public sealed class WassersteinTests
{
    private const string Layer = "WassersteinToStandardNormal";

    private static readonly string Declared = CouplingsTests.All.Replace("KlToStandardNormal", Layer);

    [Fact]
    public void It_is_found_right() => Source.Diagnose(Declared).ShouldBeEmpty();

    /// <summary>In one dimension W₂² is the mean squared difference of quantiles; over independent dimensions it adds up.</summary>
    [Fact]
    public void The_penalty_is_the_distance_between_quantiles()
    {
        var regularization = Emitted.From(Declared).Type("Varied").GetNestedTypes().Select(type => type.GetMethod(Layer, BindingFlags.NonPublic | BindingFlags.Static)).OfType<MethodInfo>().Single();
        var (mean, deviation) = (tensor(new[] { 0, 0.7, -1.5, 0.2 }).view(2, 2), tensor(new[] { 1, 0.3, 2.5, 0 }).view(2, 2));
        const int Levels = 200_000;
        var quantiles = ((arange(Levels, dtype: float64) + 0.5) / Levels * 2 - 1).erfinv() * Math.Sqrt(2);
        var wanted = (mean.unsqueeze(-1) + deviation.unsqueeze(-1) * quantiles - quantiles).square().mean([-1]).sum(1);
        OneLayer.Error((Tensor)regularization.Invoke(null, [mean, deviation])!, wanted).ShouldBeLessThan(1e-4);
    }

    [Fact]
    public void The_penalty_has_a_gradient_where_the_deviation_is_0()
    {
        var regularization = Emitted.From(Declared).Type("Varied").GetNestedTypes().Select(type => type.GetMethod(Layer, BindingFlags.NonPublic | BindingFlags.Static)).OfType<MethodInfo>().Single();
        var deviation = zeros(1, 2, requires_grad: true);
        ((Tensor)regularization.Invoke(null, [zeros(1, 2), deviation])!).sum().backward();
        deviation.grad!.data<float>().ToArray().ShouldBe([-2, -2]);
    }

    [Fact]
    public void It_is_weighted_as_the_loss_is() =>
        Source.Generate(Declared)["Experiments/Test.Varied.g.cs"].ShouldContain($" * {Layer}(mean, deviation);");

    [Theory]
    [InlineData("weight: 30", "weight: -1", "CM1008 at 'weight: -1': 'weight' of 'Kl' must be 0 or more")]
    [InlineData("(mean, deviation) | Kl", "(data, noise) | Kl", "CM3007 at 'WassersteinToStandardNormal(weight: 30)': 'Kl' measures what no network makes")]
    [InlineData("(mean, deviation) | Kl", "mean | Kl", "CM2012 at 'Kl': 'Kl' takes 2 values but gets 1")]
    public void Mistakes_are_found(string right, string wrong, string message) =>
        Source.Diagnose(Declared.Replace(right, wrong)).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), message);
}
