using CM.Dsl;

namespace Gallery;

/// <summary>
/// EDM2-S on ImageNet-64, by class: the diffusion model that the tuned models start from (Karras et al. 2024, preset edm2-img64-s of
/// github.com/NVlabs/edm2), without the head that learns how uncertain each noise level is. Published weights take its place with <c>train
/// NAME --weights FILE</c>, its own with <c>--fork RUN</c>.
/// </summary>
[Experiment(Steps = 524_288, Batch = 2048, Seed = 0)]
[Data<ImageNet64>]
[Model<ImageNetSmallDiffuser>]
[Coupling<Independent>]
[Schedule<EdmImageNetSchedule>]
[L2]
[Precision(ComputeType.Float16), LossScale(1, GrowthInterval = 524_288)]
[Adam(1e-2, Beta2 = 0.99), WarmUp(4_883), InverseSqrt(35_000)]
[PowerFunctionEma(0.05), PowerFunctionEma(0.1)]
[HeunSampler(32)]
public sealed partial record Edm2ImageNet64Small;

/// <summary>
/// ECT on ImageNet-64 with EDM2-S, by class (Geng et al. 2024, github.com/locuslab/ect, branch imgnet): 5.51 in one step, 3.18 in two. It
/// starts from EDM2's published weights: <c>train EctImageNet64Small --weights FILE</c>.
/// </summary>
[Experiment(Steps = 100_000, Batch = 128, Seed = 0)]
[Data<ImageNet64>]
[Model<ImageNetSmallDenoiser>]
[Coupling<Independent>]
[Schedule<EctImageNetSchedule>]
[PseudoHuber(0.06)]
[Adam(1e-3, Beta2 = 0.99), InverseSqrt(2000)]
[PowerFunctionEma(0.1), PowerFunctionEma(0.05), PowerFunctionEma(0.01), Ema(0.9999)]
[MultistepSampler(80, 1.526)]
public partial record EctImageNet64Small;

/// <summary>The same with EDM2-XL: 3.35 in one step, 1.96 in two.</summary>
[Experiment, Model<ImageNetLargestDenoiser>, Adam(7e-4, Beta2 = 0.99)]
public sealed partial record EctImageNet64Largest : EctImageNet64Small;
