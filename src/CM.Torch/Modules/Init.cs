namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>First values of parameters, in place and without history.</summary>
        public static partial class init
        {
            public enum FanInOut { FanIn = 0, FanOut = 1 }

            public enum NonlinearityType { Linear = 0, Conv1D = 1, Conv2D = 2, Conv3D = 3, ConvTranspose1D = 4, ConvTranspose2D = 5, ConvTranspose3D = 6, Sigmoid = 7, Tanh = 8, ReLU = 9, LeakyReLU = 10 }

            public static Tensor constant_(Tensor tensor, Scalar val) => Silently(tensor, () => tensor.fill_(val));
            public static Tensor zeros_(Tensor tensor) => Silently(tensor, () => tensor.zero_());
            public static Tensor ones_(Tensor tensor) => Silently(tensor, () => tensor.fill_(1));
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) => Silently(tensor, () => tensor.normal_(mean, std, generator));
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) => Silently(tensor, () => tensor.uniform_(low, high, generator));

            /// <summary>Variance gain²·2/(fan in + fan out) (Glorot and Bengio, 2010).</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1) => normal_(tensor, 0, Glorot(tensor, gain));

            /// <inheritdoc cref="xavier_normal_"/>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1) => Symmetric(tensor, Glorot(tensor, gain));

            /// <summary>Variance gain²/fan (He et al., 2015).</summary>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) => normal_(tensor, 0, He(tensor, a, mode, nonlinearity));

            /// <inheritdoc cref="kaiming_normal_"/>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) => Symmetric(tensor, He(tensor, a, mode, nonlinearity));

            /// <summary>How much wider weights start before a nonlinearity, that the variance is kept behind it.</summary>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => 1,
            };

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                    throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                var field = shape[2..].TotalSize();
                return (shape[1] * field, shape[0] * field);
            }

            private static double Glorot(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static double He(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static Tensor Symmetric(Tensor tensor, double deviation) => uniform_(tensor, -Math.Sqrt(3) * deviation, Math.Sqrt(3) * deviation);

            private static Tensor Silently(Tensor tensor, Action change)
            {
                using (no_grad())
                    change();
                return tensor;
            }
        }
    }
}
