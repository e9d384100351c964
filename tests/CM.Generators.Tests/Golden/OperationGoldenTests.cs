using Xunit.Abstractions;

namespace CM.Generators.Tests;

/// <summary>Reference cases operation by operation, as devices and types compute for which there are no kernels.</summary>
public sealed class OperationGoldenTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData("N02_ddpmpp_gray28", 1e-5)]
    [InlineData("N04_ncsnpp", 2.1e-5)]
    [InlineData("N05_adm", 1.2e-5)]
    [InlineData("N07_edm2", 1e-5)]
    public void Networks(string name, double tolerance) => new UNetGoldenTests(log).Results_and_gradients_of_the_reference(name, tolerance);

    [Fact]
    public void Dropout() => new UNetGoldenTests(log).Dropout_of_the_reference("N15_dropout_ddpmpp", 2.3e-5);

    [Theory]
    [InlineData("L01_ict_ve", "Ict", "IctSchedule", 0, 1e-5, 1e-5, 3.9e-5)]
    [InlineData("L05_ecm_ve_stage0", "Ect", "EctSchedule", 0, 1e-5, 1e-5, 7.5e-5)]
    public void Losses(string name, string experiment, string schedule, int progress, double tolerance, double normTolerance, double gradientTolerance) =>
        new BasesGoldenTests().Losses_and_gradients(name, experiment, schedule, progress, tolerance, normTolerance, gradientTolerance);

    [Fact]
    public void Generator_induced_pairs() => new MethodsGoldenTests().Generator_induced_pairs_and_their_losses("L21_gc_mix50_ema", "Gc", 1e-5, 1e-5);

    [Fact]
    public void The_second_stage() => new MethodsGoldenTests().The_second_stage("L36_tcm_stage2_dropout", "TcmSecondDropped", 1, 1e-5, 1e-5);

    [Fact]
    public void Shared_dropout() => new BasesGoldenTests().Student_and_teacher_share_the_dropout_of_a_U_Net();
}
