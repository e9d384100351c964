using CM.Dsl;

namespace Gallery;

/// <summary>ImageNet at 32×32.</summary>
[Shape(3, 32, 32)]
public sealed record ImageNet32() : PngImages("imagenet-32x32");

/// <summary>Faces of Flickr at 64×64.</summary>
[Shape(3, 64, 64)]
public sealed record Ffhq64() : PngImages("ffhq-64x64");

/// <summary>Faces of celebrities at 64×64.</summary>
[Shape(3, 64, 64)]
public sealed record CelebA64() : PngImages("celeba-64x64");

/// <summary>Churches of LSUN at 64×64.</summary>
[Shape(3, 64, 64)]
public sealed record LsunChurch64() : PngImages("lsun-church-64x64");

/// <summary>ImageNet at 64×64 with its classes, as EDM's and EDM2's data sets hold it.</summary>
[Shape(3, 64, 64), Classes(1000)]
public sealed record ImageNet64() : PngImages("imagenet-64x64");
